"""Delivers digests: makes each once, draws it, posts it, and puts details and numbers in its thread."""

from collections.abc import Iterator, Mapping

from bot.delivery.digest.digest_details import PARTS, cited
from bot.delivery.digest.digest_message import digest_message
from bot.delivery.sender.attempts import Courier
from bot.delivery.sender.outbox_sender import Errand, OutboxSender, has_picture, whole
from bot.slack.api.permalinks import address_of
from bot.slack.blocks.message import Message
from bot.usecases import record
from bot.usecases.digest.period import Period
from bot.usecases.digest.weekly import kept_digest
from bot.usecases.outgoing import DIGEST
from bot.words.digest_code_words import code_words
from routing.digest.csv import to_csv
from routing.digest.digest import Digest
from routing.policy import Team
from routing.slack_channel import ChannelId
from storage.delivery import outbox, projections
from storage.delivery.outbox import Item, ItemClaim

PART, CHANNEL, THREAD, PICTURE, SHARING = "part", "channel_id", "thread_ts", "picture_id", "is_sharing"
CSV = "csv"


class DigestSender(OutboxSender):
    """Delivers digests; the first takes some seconds, in which numpy and matplotlib load.

    A digest is an item of the outbox; once it is posted, so is each part of its thread, in order.
    """

    kind = DIGEST
    leases = 2

    def __init__(self, courier: Courier, owner: str) -> None:
        super().__init__(courier, owner)
        self._drawn: tuple[str, bytes | None] | None = None

    def _send(self, errand: Errand) -> None:
        claim, period = errand.claim, Period.from_payload(errand.claim.item.payload)
        team = self._ctx.policy.teams.get(period.team)
        if team is None:
            self._finish(claim, "digest.dropped")  # the team left the policy
            return
        errand.channel_id = self._channel(claim, period, team)
        self._send_part(claim, period, kept_digest(self._ctx, period), errand.channel_id, team.timezone)

    def _channel(self, claim: ItemClaim, period: Period, team: Team) -> ChannelId:
        """The team's channel, or the direct messages of the person who asked."""
        noted = claim.item.payload.get(CHANNEL)
        if noted:
            return ChannelId.parse(noted)
        if period.person:
            return self._courier.gateway.dm(period.person)
        return self._ctx.policy.channel_id(team.channel)

    def _send_part(
        self, claim: ItemClaim, period: Period, digest: Digest, channel_id: ChannelId, zone: str
    ) -> None:
        thread_ts, part = claim.item.payload.get(THREAD), str(claim.item.payload.get(PART))
        if thread_ts is None:
            picture_id = self._picture(claim, period, digest)
            message: Message | None = digest_message(period, digest, picture_id, zone)
        elif part == CSV:
            self._share(claim, period, digest, channel_id, thread_ts)
            return
        else:
            message = PARTS[part](digest, self._permalinks(digest)) if part in PARTS else None
        if message is None:
            self._finish(claim, "digest.sent")
        elif self._takes_turn(claim, channel_id):
            posted = self._post(claim, channel_id, message, thread_ts)
            if posted is not None:
                # In the transaction that ends the first message: the thread is begun once, or not at all.
                parts = [] if thread_ts else list(self._parts(claim.item, channel_id, posted.ts))
                self._finish(claim, "digest.sent", lambda tx: outbox.add_many(tx, parts), channel_id)

    def _picture(self, claim: ItemClaim, period: Period, digest: Digest) -> str | None:
        """The file id of the digest's picture, uploaded once: a retry takes what was noted."""
        noted = claim.item.payload.get(PICTURE)
        if noted:
            return str(noted)
        if not has_picture(claim):
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
        # With matplotlib, which takes a second to load: nobody else in the process needs it.
        from bot.pictures.digest_picture import draw_digest

        if self._drawn is None or self._drawn[0] != key:
            self._drawn = key, draw_digest(f"{period.team}, {period.last_day:%d %b %Y}", digest)
        return self._drawn[1]

    def _share(
        self, claim: ItemClaim, period: Period, digest: Digest, channel_id: ChannelId, thread_ts: str
    ) -> None:
        """Attach the CSV. After a try of unknown outcome the thread is searched for it first.

        Where Slack does not show the bot a thread's files, it may come twice after a lost answer.
        """
        gateway, name = self._courier.gateway, f"{_file_name(period)}.csv"
        may_be_there = claim.item.payload.get(SHARING) and gateway.has_file(channel_id, thread_ts, name)
        if not may_be_there:
            if not self._takes_turn(claim, channel_id):
                return
            # Before the call: a try that dies in it must know that the file may be there.
            self._note(claim, {SHARING: True})
            record.cast_anchor(self._ctx)
            anchor = record.last_anchor(self._ctx)  # kept in Slack it shows what is cut off the record later
            reach = f"; the record reaches {anchor}" if anchor else ""
            title = f"All numbers of {period.team}, {period.last_day}{reach}"
            gateway.share_file(channel_id, thread_ts, to_csv(digest, code_words).encode(), name, title)
            self._courier.health.worked()
        self._finish(claim, "digest.sent")

    def _note(self, claim: ItemClaim, more: Mapping[str, object]) -> None:
        with self._ctx.database.write() as tx:
            outbox.note(tx, claim, {**claim.item.payload, **more})

    def _permalinks(self, digest: Digest) -> Mapping[str, str]:
        with self._ctx.database.read() as tx:
            rows = [row for case_id in cited(digest) for row in projections.of_case(tx, case_id)]
        addresses = {}
        gateway = self._courier.gateway
        for row in rows:
            url = address_of(gateway, row.channel_id, row.ts, "digest.no_link", case=row.case_id)
            if url:
                addresses[row.case_id] = url
        return addresses

    def _parts(self, item: Item, channel_id: ChannelId, ts: str) -> Iterator[Item]:
        """The thread's messages and the file, in order."""
        for part in (*PARTS, CSV):
            payload = {**whole(item.payload), CHANNEL: str(channel_id), THREAD: ts, PART: part}
            key, now = f"{item.key}:{part}", self._ctx.clock.now()
            yield Item(self._ctx.new_id("out"), DIGEST, key, payload, now, ordering_key=f"{item.key}:thread")


def _file_name(period: Period) -> str:
    return f"digest-{period.team}-{period.last_day.isoformat()}"
