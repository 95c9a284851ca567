"""Delivers what leads, and the person, hear of a pause: in the leads' channel, and in direct messages."""

from bot.delivery.sender.outbox_sender import Errand, OutboxSender
from bot.slack.show.pause_message import pause_message
from bot.usecases.outgoing import PAUSE, PauseNews, PauseOccasion
from bot.words.pause_words import PauseWords
from routing.case.pause import Pause, PauseState
from routing.label import ExpertId
from routing.policy import Task
from routing.slack_channel import ChannelId
from storage import experts
from storage.engine.database import Transaction
from storage.leads import pauses

STATES = {
    PauseOccasion.PROPOSED: PauseState.PROPOSED,
    PauseOccasion.BEGUN: PauseState.RUNNING,
    PauseOccasion.PROTESTED: PauseState.RUNNING,
    PauseOccasion.ENDED: PauseState.ENDED,
}
"""In which state of the pause there is still something to tell."""


class PauseSender(OutboxSender):
    """Delivers news of pauses."""

    kind = PAUSE

    def _send(self, errand: Errand) -> None:
        claim, news = errand.claim, PauseNews.from_payload(errand.claim.item.payload)
        with self._ctx.database.read() as tx:
            pause = pauses.find(tx, news.pause_id)
            task = None if pause is None else self._ctx.policy.tasks.get(pause.task)
            team = self._ctx.policy.teams.get(news.team)
            is_over = pause is None or pause.state is not STATES[news.occasion]
            if pause is None or task is None or is_over or (news.team and team is None):
                words, by = None, ""
            else:
                words, by = self._words(tx, pause, task)
        if pause is None or words is None:
            self._finish(claim, "pause.dropped")
            return
        channel_id = errand.channel_id = self._place(news, pause)
        if not self._takes_turn(claim, channel_id):
            return
        if self._post(claim, channel_id, pause_message(news, words, by)) is not None:
            self._finish(claim, "pause.sent", arrived_in=channel_id)

    def _place(self, news: PauseNews, pause: Pause) -> ChannelId:
        policy = self._ctx.policy
        if news.team:
            return policy.channel_id(policy.teams[news.team].channel)
        return self._courier.gateway.dm(pause.expert.user_id)

    def _words(self, tx: Transaction, pause: Pause, task: Task) -> tuple[PauseWords, str]:
        team_id, _, user_id = pause.changed_by.partition(":")
        people = experts.get_many(tx, [pause.expert, ExpertId(team_id, user_id)])
        names = {expert: person.name for expert, person in people.items()}
        by = names.get(ExpertId(team_id, user_id), "A lead") if pause.changed_by else ""
        name = names.get(pause.expert, "Somebody")
        return PauseWords(pause, name, task.question, task.pause_below), by
