"""Delivers digests: makes each once, draws it, posts it, and puts details and numbers in its thread."""

from collections.abc import Iterator, Mapping

import structlog

from bot.delivery.digest.digest_details import PARTS, cited
from bot.delivery.digest.digest_message import digest_message
from bot.delivery.sender import outbox_items
from bot.delivery.sender.attempts import Courier
from bot.slack.api.gateway import SlackFailure
from bot.slack.blocks.message import Message
from bot.usecases import record
from bot.usecases.digest.period import Period
from bot.usecases.digest.weekly import kept_digest
from bot.usecases.outgoing import DIGEST
from routing.digest.csv import to_csv
from routing.digest.digest import Digest
from routing.policy import Team
from storage.delivery import outbox, projections
from storage.delivery.outbox import Item, ItemClaim
from storage.errors import StorageError

log = structlog.get_logger()

PART, CHANNEL, THREAD, PICTURE, SHARING = "part", "channel_id", "thread_ts", "picture_id", "is_sharing"
CSV = "csv"


class DigestSender:
    """Delivers digests one by one; the first takes some seconds, in which numpy and matplotlib load.

    A digest is one item of the outbox; once it is posted, each part of its thread is one, in order.
    """

    def __init__(self, courier: Courier, owner: str) -> None:
        self._courier = courier
        self._ctx = courier.ctx
        self._owner = owner
        self._drawn: tuple[str, bytes | None] | None = None

    def step(self) -> bool:
        """Deliver the digest, or the part of one, that is due longest; False when none is."""
        if self._courier.health.held_for():
            return False
        lease = self._courier.tempo.stretched(2 * self._courier.tempo.lease)
        with self._ctx.database.write() as tx:
            claims = outbox.claim(tx, {DIGEST}, self._owner, self._ctx.clock.now(), lease, 1)
        for claim in claims:
            self._deliver(claim)
        return bool(claims)

    def _deliver(self, claim: ItemClaim) -> None:
        period = Period.from_payload(claim.item.payload)
        team = self._ctx.policy.teams.get(period.team)
        if team is None:
            self._finish(claim, "digest.dropped", [])  # the team left the policy
            return
        channel_id: str | None = None
        try:
            channel_id = self._channel(claim, period, team)
            self._send(claim, period, kept_digest(self._ctx, period), channel_id)
        except StorageError:
            raise  # the lease gives the row back
        except Exception as error:  # noqa: BLE001  a digest that fails must not stop another team's
            verdict = outbox_items.failed(self._courier, claim, error, channel_id)
            event = "digest.dead" if verdict.retry_in is None else "digest.failed"
            log.warning(event, key=claim.item.key, reason=verdict.reason)

    def _channel(self, claim: ItemClaim, period: Period, team: Team) -> str:
        """The team's channel, or the direct messages of the person who asked."""
        known = claim.item.payload.get(CHANNEL)
        if known:
            return str(known)
        if period.person:
            return self._courier.gateway.dm(period.person)
        return self._ctx.policy.channel_id(team.channel)

    def _send(self, claim: ItemClaim, period: Period, digest: Digest, channel_id: str) -> None:
        thread_ts, part = claim.item.payload.get(THREAD), str(claim.item.payload.get(PART))
        if thread_ts is None:
            picture_id = self._picture(claim, period, digest)
            message: Message | None = digest_message(period, digest, picture_id)
        elif part == CSV:
            self._share(claim, period, digest, channel_id, thread_ts)
            return
        else:
            message = PARTS[part](digest, self._permalinks(digest)) if part in PARTS else None
        if message is None:
            self._finish(claim, "digest.sent", [])
        elif outbox_items.takes_turn(self._courier, claim, channel_id):
            self._post(claim, message, channel_id, thread_ts)

    def _post(self, claim: ItemClaim, message: Message, channel_id: str, thread_ts: str | None) -> None:
        posted = outbox_items.post(self._courier, claim, channel_id, message, thread_ts)
        if posted is not None:
            parts = [] if thread_ts else list(self._parts(claim.item, channel_id, posted.ts))
            self._finish(claim, "digest.sent", parts, channel_id)

    def _picture(self, claim: ItemClaim, period: Period, digest: Digest) -> str | None:
        """The file id of the digest's picture, uploaded once: what a retry finds noted it takes."""
        noted = claim.item.payload.get(PICTURE)
        if noted:
            return str(noted)
        if not outbox_items.has_picture(claim):
            return None
        picture = self._draw(claim.item.key, period, digest)
        if picture is None:
            return None
        name = f"{_file_name(period)}.png"
        file_id = self._courier.gateway.upload_image(picture, name, "The digest's picture")
        self._note(claim, {PICTURE: file_id})
        return file_id

    def _draw(self, key: str, period: Period, digest: Digest) -> bytes | None:
        """The picture, drawn once for all tries: it takes half a second, and a digest does not change."""
        from bot.pictures.digest_picture import draw_digest

        if self._drawn is None or self._drawn[0] != key:
            self._drawn = key, draw_digest(f"{period.team}, {digest.until_at:%d %b %Y}", digest)
        return self._drawn[1]

    def _share(
        self, claim: ItemClaim, period: Period, digest: Digest, channel_id: str, thread_ts: str
    ) -> None:
        """Attach the CSV. After a try of unknown outcome the thread is searched for it first.

        Where Slack does not show the bot a thread's files, it may come twice after a lost answer.
        """
        gateway, name = self._courier.gateway, f"{_file_name(period)}.csv"
        may_be_there = claim.item.payload.get(SHARING) and gateway.has_file(channel_id, thread_ts, name)
        if not may_be_there:
            if not outbox_items.takes_turn(self._courier, claim, channel_id):
                return
            self._note(claim, {SHARING: True})
            record.cast_anchor(self._ctx)
            anchor = record.last_anchor(self._ctx)  # kept in Slack it shows what is cut off the record later
            reach = f"; the record reaches {anchor}" if anchor else ""
            title = f"All numbers of {period.team}, {period.last_day}{reach}"
            gateway.share_file(channel_id, thread_ts, to_csv(digest).encode(), name, title)
            self._courier.health.worked()
        self._finish(claim, "digest.sent", [])

    def _note(self, claim: ItemClaim, more: Mapping[str, object]) -> None:
        with self._ctx.database.write() as tx:
            outbox.note(tx, claim, {**claim.item.payload, **more})

    def _permalinks(self, digest: Digest) -> Mapping[str, str]:
        found: dict[str, str] = {}
        with self._ctx.database.read() as tx:
            rows = [row for case_id in cited(digest) for row in projections.of_case(tx, case_id)]
        for row in rows:
            if row.ts is not None:
                try:
                    found[row.case_id] = self._courier.gateway.permalink(row.channel_id, row.ts)
                except SlackFailure as error:
                    log.info("digest.no_link", case=row.case_id, reason=str(error))
        return found

    def _parts(self, item: Item, channel_id: str, ts: str) -> Iterator[Item]:
        """The thread's messages and the file, one after the other."""
        for part in (*PARTS, CSV):
            payload = {**outbox_items.whole(item.payload), CHANNEL: channel_id, THREAD: ts, PART: part}
            key, now = f"{item.key}:{part}", self._ctx.clock.now()
            yield Item(self._ctx.new_id("out"), DIGEST, key, payload, now, ordering_key=f"{item.key}:thread")

    def _finish(self, claim: ItemClaim, event: str, more: list[Item], channel_id: str | None = None) -> None:
        with self._ctx.database.write() as tx:
            if outbox.finish(tx, claim, self._ctx.clock.now()):
                outbox.add_many(tx, more)
            if channel_id is not None:
                self._courier.arrived(tx, channel_id)
        log.info(event, key=claim.item.key)


def _file_name(period: Period) -> str:
    return f"digest-{period.team}-{period.last_day.isoformat()}"
