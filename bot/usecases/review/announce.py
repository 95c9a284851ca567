"""What follows a change of a case: its messages are wanted anew, its service hears of decisions."""

from datetime import datetime
from enum import StrEnum

from bot.usecases.expert_names import callback_names
from bot.usecases.outgoing import CALLBACK, NOTICE, Callback, Notice
from bot.usecases.review.access import Sitting
from bot.usecases.review.callback_document import callback_data
from routing.case.case import Case
from routing.case.decision import Decision
from routing.case.terms import Terms
from routing.case.trial import is_trial
from routing.label import ExpertId
from routing.slack_channel import ChannelName
from storage import experts
from storage.delivery import outbox, projections
from storage.delivery.outbox import Item
from storage.engine.database import Transaction


class DecisionEvent(StrEnum):
    """What a callback tells of a decision, as its event's type."""

    DECIDED = "case.decided"
    CORRECTED = "case.corrected"
    REOPENED = "case.reopened"
    AMENDED = "case.amended"
    CONTESTED = "case.contested"
    UPHELD = "case.upheld"


def show(sitting: Sitting, case: Case) -> None:
    """Ask for a new version of each message of the case, or for its first one."""
    tx, risk, now = sitting.tx, sitting.tier.risk, sitting.now
    experts.meet(tx, dict.fromkeys(people_of(case), "") | _named(sitting, case))
    if not projections.renew(tx, case.case_id, risk, case.due_at, now):
        projections.want(tx, case.case_id, sitting.terms.home_id(case.channel), risk, case.due_at, now)


def people_of(case: Case) -> set[ExpertId]:
    """Everybody whose name the case's message shows."""
    answered = {label.expert for label in case.labels} | {each.expert for each in case.abstentions}
    decided = {expert for decision in case.decisions for expert in decision.decided_by}
    objected = {contest.expert for contest in case.contests}
    return answered | decided | objected | ({case.assigned_to} if case.assigned_to else set())


def _named(sitting: Sitting, case: Case) -> dict[ExpertId, str]:
    """Whoever acts under the name that Slack's payload gave them: a newcomer's is shown at once."""
    act = sitting.act
    return {act.expert: act.name} if act.expert in people_of(case) else {}


def show_also(tx: Transaction, case: Case, terms: Terms, channel: ChannelName | None, now: datetime) -> None:
    """Ask for a message of the case where it is escalated to: not all there can see its home channel.

    `channel` is a name of the policy.
    """
    there = terms.channel_id(channel) if channel else None
    if there is not None and there != terms.home_id(case.channel):
        projections.want(tx, case.case_id, there, terms.tier.risk, case.due_at, now, channel=channel)


def call_back(
    sitting: Sitting, case: Case, decision: Decision, change: DecisionEvent, revision: int = 0
) -> None:
    """Queue the callback about `decision`, in order with the case's others; nothing without an endpoint.

    Of what was put in here no service hears.

    `revision` tells the amendments of and the objections to the same decision apart.
    """
    name = case.submission.service
    service = sitting.ctx.policy.services.get(name)
    url = case.submission.callback_url or (service.callback_url if service else None)
    if url is None or is_trial(case.submission):
        return
    names = callback_names(sitting.ctx, sitting.tx, name)
    # Made now, not when it is sent: it tells what was decided then, whatever comes before it is delivered.
    data = callback_data(case, decision, names, service.callback_version if service else 1)
    callback = Callback(name, url, change.value, sitting.now, data)
    suffixes = {
        DecisionEvent.REOPENED: "|reopened",
        DecisionEvent.AMENDED: f"|amended:{revision}",
        DecisionEvent.CONTESTED: f"|contested:{revision}",
    }
    # With the endpoint: an address that is mended gets what the old address did not take.
    key = f"{decision.decision_id}|{url}{suffixes.get(change, '')}"
    item_id, payload = sitting.ctx.new_id("out"), callback.to_payload()
    outbox.add_many(sitting.tx, [Item(item_id, CALLBACK, key, payload, sitting.now, case.case_id)])


def notify(sitting: Sitting, notice: Notice, key: str) -> None:
    """Queue a notice to people; `key` names it for ever."""
    item = Item(sitting.ctx.new_id("out"), NOTICE, key, notice.to_payload(), sitting.now)
    outbox.add_many(sitting.tx, [item])
