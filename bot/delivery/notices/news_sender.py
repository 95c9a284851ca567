"""Delivers news about tasks: once in the channel that it is for, with examples as links."""

from functools import partial

from bot.delivery.notices.news_message import Example, news_message
from bot.delivery.sender.outbox_sender import Errand, OutboxSender
from bot.slack.api.permalinks import address_of
from bot.usecases.outgoing import NEWS, News
from routing.slack_channel import ChannelId
from storage.cases import predictions
from storage.delivery import projections
from storage.engine.database import Transaction
from storage.measured import alarms
from storage.trials import draws


class NewsSender(OutboxSender):
    """Delivers news."""

    kind = NEWS

    def _send(self, errand: Errand) -> None:
        claim, news = errand.claim, News.from_payload(errand.claim.item.payload)
        team = self._ctx.policy.teams.get(news.team)
        channel = news.channel or (team.channel if team else None)
        if channel not in self._ctx.policy.channels:
            self._finish(claim, "news.dropped")  # the team, or the channel, left the policy
            return
        channel_id = errand.channel_id = self._ctx.policy.channel_id(channel)
        if not self._takes_turn(claim, channel_id):
            return
        examples = [example for case_id in news.case_ids if (example := self._example(case_id))]
        if self._post(claim, channel_id, news_message(news, examples)) is not None:
            self._finish(claim, "news.sent", partial(self._tell, news, channel_id), channel_id)

    def _tell(self, news: News, channel_id: ChannelId, tx: Transaction) -> None:
        now = self._ctx.clock.now()
        for key in news.alarm_keys:
            alarms.mark_delivered(tx, key, now)
        if news.channel is not None:
            draws.mark_notified(tx, channel_id, now)

    def _example(self, case_id: str) -> Example | None:
        """How the service calls the case and the model's answer, not what it is about; None if erased."""
        with self._ctx.database.read() as tx:
            stored = predictions.get(tx, case_id)
            shown = next((row for row in projections.of_case(tx, case_id) if row.ts), None)
        if stored is None:
            return None
        prediction = stored.submission.prediction
        sure = "" if prediction.confidence is None else f", {prediction.confidence:.0%} sure"
        name = f"{stored.submission.external_id}: {prediction.label}{sure}"
        channel_id, ts = (shown.channel_id, shown.ts) if shown else (None, None)
        url = address_of(self._courier.gateway, channel_id, ts, "news.no_link", case=case_id)
        return Example(name, url)
