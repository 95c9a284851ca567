"""Delivers news about tasks: once in the team's channel, with examples as links."""

import structlog

from bot.delivery.notices.news_message import Example, news_message
from bot.delivery.sender import outbox_items
from bot.delivery.sender.attempts import Courier
from bot.slack.api.gateway import SlackFailure
from bot.usecases.outgoing import NEWS, News
from storage.cases import predictions
from storage.delivery import outbox, projections
from storage.delivery.outbox import ItemClaim
from storage.errors import StorageError
from storage.measured import alarms

log = structlog.get_logger()


class NewsSender:
    """Delivers news one by one."""

    def __init__(self, courier: Courier, owner: str) -> None:
        self._courier = courier
        self._ctx = courier.ctx
        self._owner = owner

    def step(self) -> bool:
        """Deliver the news that is due longest; False when none is or Slack must be left alone."""
        if self._courier.health.held_for():
            return False
        lease = self._courier.tempo.stretched(self._courier.tempo.lease)
        with self._ctx.database.write() as tx:
            claims = outbox.claim(tx, {NEWS}, self._owner, self._ctx.clock.now(), lease, 1)
        for claim in claims:
            self._deliver(claim)
        return bool(claims)

    def _deliver(self, claim: ItemClaim) -> None:
        news = News.from_payload(claim.item.payload)
        team = self._ctx.policy.teams.get(news.team)
        if team is None:
            self._finish(claim, "news.dropped")  # the team left the policy
            return
        channel_id = self._ctx.policy.channel_id(team.channel)
        try:
            self._post(claim, news, channel_id)
        except StorageError:
            raise  # the lease gives the row back
        except Exception as error:  # noqa: BLE001  a poison row must not stop its neighbors
            verdict = outbox_items.failed(self._courier, claim, error, channel_id)
            event = "news.dead" if verdict.retry_in is None else "news.failed"
            log.warning(event, key=claim.item.key, reason=verdict.reason)

    def _post(self, claim: ItemClaim, news: News, channel_id: str) -> None:
        if not outbox_items.takes_turn(self._courier, claim, channel_id):
            return
        examples = [one for case_id in news.case_ids if (one := self._example(case_id))]
        message = news_message(news, examples)
        if outbox_items.post(self._courier, claim, channel_id, message) is not None:
            self._finish(claim, "news.sent", news.alarm_keys, channel_id)

    def _example(self, case_id: str) -> Example | None:
        """How the service calls the case and what the model said, not what it is about; None if erased."""
        with self._ctx.database.read() as tx:
            stored = predictions.get(tx, case_id)
            shown = next((row for row in projections.of_case(tx, case_id) if row.ts), None)
        if stored is None:
            return None
        said = stored.submission.prediction
        name = f"{stored.submission.external_id}: {said.label}, {said.confidence:.0%} sure"
        if shown is None or shown.ts is None:
            return Example(name, None)
        try:
            return Example(name, self._courier.gateway.permalink(shown.channel_id, shown.ts))
        except SlackFailure as error:
            log.info("news.no_link", case=case_id, reason=str(error))
            return Example(name, None)

    def _finish(
        self, claim: ItemClaim, event: str, alarm_keys: tuple[str, ...] = (), channel_id: str | None = None
    ) -> None:
        now = self._ctx.clock.now()
        with self._ctx.database.write() as tx:
            if outbox.finish(tx, claim, now):
                for key in alarm_keys:
                    alarms.mark_told(tx, key, now)
            if channel_id is not None:
                self._courier.arrived(tx, channel_id)
        log.info(event, key=claim.item.key)
