"""Opens the direct messages of whoever is asked by name, where a projection then shows them the case."""

from functools import partial

from bot.delivery.sender.outbox_sender import Errand, OutboxSender
from bot.usecases.case_terms import terms_of
from bot.usecases.outgoing import ASK, NamedAsk
from bot.usecases.review.asked import show_ask
from routing.slack_channel import ChannelId
from storage.cases import asks, cases
from storage.engine.database import Transaction


class AskSender(OutboxSender):
    """Finds out where a person reads what only they are asked."""

    kind = ASK

    def _send(self, errand: Errand) -> None:
        named = NamedAsk.from_payload(errand.claim.item.payload)
        channel_id = self._courier.gateway.dm(named.expert.user_id)
        errand.channel_id = channel_id
        self._finish(errand.claim, "ask.addressed", partial(self._show, named, channel_id))

    def _show(self, named: NamedAsk, channel_id: ChannelId, tx: Transaction) -> None:
        ask = asks.find(tx, named.case_id, named.expert)
        terms = terms_of(self._ctx, tx, cases.get(tx, named.case_id))
        if ask is not None and terms is not None:
            show_ask(tx, ask, channel_id, terms.tier.risk)
