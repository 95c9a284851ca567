"""What the answers to a case amount to, and the case's state that follows."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from routing.case.case import Case, CaseStatus, decide, dispute, expire, reopen
from routing.case.consensus import NextMove
from routing.case.contest import Contest
from routing.case.decision import Decision, Method
from routing.case.objection import answer_since, contest_in_force, have_come_round, newcomers
from routing.case.permission import may_adjudicate
from routing.case.second_opinion import answers_needed, awaits_second_opinion
from routing.case.settlement import (
    Closure,
    Disagreement,
    FurtherOpinion,
    SettledAnswer,
    Settlement,
    Shortfall,
)
from routing.case.weighing import Weighing
from routing.label import ExpertId, Label, Mark, Via
from routing.policy import Tier
from routing.questions.question import Question


def settle(
    case: Case, question: Question, tier: Tier, now: datetime, weighing: Weighing | None = None
) -> Settlement:
    """What the answers in force amount to; their order does not matter, and an expert counts once.

    An adjudication decides. Below the quorum the case waits. Then it goes by certainty where the tier asks
    for one and `weighing` states it, and else by count. A contested decision goes to the adjudicators, or to
    somebody else who has not answered; an override counts.
    """
    labels = case.current_labels
    if contest := contest_in_force(case):
        return _decided_anew(case, contest, question, tier, now)
    if adjudications := [label for label in labels if label.is_adjudication]:
        return _adjudicated(labels, adjudications, question, now)
    if weighing is None or len(labels) < answers_needed(case, question):
        return _by_count(case, question, tier, now)
    settlement = _by_certainty(case, question, tier, now, weighing)
    if not isinstance(settlement, SettledAnswer) or settlement.method is Method.ADJUDICATED:
        return settlement
    return replace(settlement, certainty=weighing.certainty(labels, settlement.label))


def _by_certainty(
    case: Case, question: Question, tier: Tier, now: datetime, weighing: Weighing
) -> Settlement:
    """By count where the tier asks for no certainty, or nobody is left to settle what is not sure enough."""
    move, labels = weighing.next_move(case, tier), case.current_labels
    leading = weighing.leading(labels)
    if move is NextMove.ASK:
        return FurtherOpinion()
    if move is NextMove.DECIDE and leading is not None:
        method = Method.SINGLE if len(labels) == 1 else Method.CONSENSUS
        return _decided(leading.label, method, labels, now)
    if move is NextMove.ADJUDICATE and adjudicators_left(case, tier):
        return Disagreement("the experts are not sure enough")
    counted = _by_count(case, question, tier, now)
    if move is None or not isinstance(counted, SettledAnswer):
        return counted
    # Else the model would choose: with a louder voice the answers that weigh more would have decided.
    return counted if weighing.of_experts(labels) in {None, counted.label} else FurtherOpinion()


def _by_count(case: Case, question: Question, tier: Tier, now: datetime) -> Settlement:
    """Agreement decides. A disagreement goes to the adjudicators who have not answered.

    Where there is none, the question says what the answers amount to.
    """
    labels = case.current_labels
    answers = [label.label for label in labels]
    if len(labels) >= case.quorum and len(set(answers)) > 1:
        if earlier := [label for label in labels if _settled_before(label, tier)]:
            return _adjudicated(labels, earlier, question, now)
        if adjudicators_left(case, tier) and question.is_disputed(answers):
            return _adjudicated(labels, (), question, now)
    return _counted(case, question, now)


def _counted(case: Case, question: Question, now: datetime) -> SettledAnswer | FurtherOpinion | Shortfall:
    """What the answers amount to where each counts alike."""
    labels = case.current_labels
    # That of its opening: a policy that asks for fewer answers must not decide what was opened for more.
    needed = answers_needed(case, question)
    if len(labels) < needed:
        return Shortfall(needed - len(labels))
    if len(labels) == 1:
        return _decided(labels[0].label, Method.SINGLE, labels, now)
    leader = question.settled([label.label for label in labels])
    return FurtherOpinion() if leader is None else _decided(leader, Method.CONSENSUS, labels, now)


def _decided_anew(
    case: Case, contest: Contest, question: Question, tier: Tier, now: datetime
) -> SettledAnswer | Disagreement | FurtherOpinion | Shortfall:
    """What the answers amount to since somebody objected: a word of the objector alone changes nothing."""
    own = answer_since(case, contest)
    if contest.is_override and own is not None:
        return SettledAnswer(own.label, Method.OVERRIDDEN, (own.expert,), now)
    labels, new = case.current_labels, newcomers(case, contest)
    if adjudications := [label for label in new if label.is_adjudication]:
        return _adjudicated(labels, adjudications, question, now)
    counted = _counted(case, question, now)
    if have_come_round(case, contest):
        return counted
    if adjudicators_left(case, tier):
        return Disagreement(f"the decision is contested: {case.decisions[contest.sequence - 1].label}")
    return counted if new or isinstance(counted, Shortfall) else FurtherOpinion()


def with_further_answer(case: Case, tier: Tier) -> Case:
    """A case that was just contested: it needs one more answer where no adjudicator is left."""
    if adjudicators_left(case, tier):
        return case
    objector = case.contests[-1].expert
    others = sum(1 for label in case.current_labels if not label.expert.is_same_person(objector))
    return replace(case, routing=replace(case.routing, quorum=max(case.quorum, others) + 1))


def adjudicators_left(case: Case, tier: Tier) -> tuple[str, ...]:
    """Who of the tier's adjudicators may settle the case: nobody judges their own answer, or objection."""
    contest = contest_in_force(case)
    judges = newcomers(case, contest) if contest else case.current_labels
    answered = {label.expert.user_id for label in case.current_labels}
    answered -= {label.expert.user_id for label in judges if label.is_adjudication}
    involved = answered | {contest.expert.user_id} if contest else answered
    return tuple(user for user in tier.adjudicators if user not in involved)


def is_adjudication(case: Case, tier: Tier, expert: ExpertId, home_team_id: str) -> bool | None:
    """Whether the expert's next answer to the case settles a disagreement, or is one answer of several.

    A changed answer remains what it was. None where it was not kept what that was.
    """
    before = case.label_of(expert)
    if before is not None:
        return before.is_adjudication
    is_left = expert.user_id in adjudicators_left(case, tier)
    return case.status is CaseStatus.DISPUTED and is_left and may_adjudicate(tier, expert, home_team_id)


def is_sealed(case: Case, expert: ExpertId, *, is_adjudication: bool) -> bool:
    """Whether nobody else's answer is in view as the expert answers the case: then theirs is independent.

    An adjudicator is shown all answers, a decided case shows who said what, and everybody reads a thread.
    """
    others = [label for label in case.labels if not label.expert.is_same_person(expert)]
    # Withdrawn ones too: what was read in a thread is not forgotten with Undo.
    is_written = any(label.via is Via.THREAD for label in others)
    # A provisional decision is told to the service, and shown nowhere.
    is_shown = any(not decision.is_provisional for decision in case.decisions)
    return not others or not (is_adjudication or is_shown or is_written)


def _settled_before(label: Label, tier: Tier) -> bool:
    """An adjudicator's answer of the time when each of theirs settled."""
    return label.is_adjudication is None and label.expert.user_id in tier.adjudicators


def _adjudicated(
    labels: Sequence[Label], seniors: Sequence[Label], question: Question, now: datetime
) -> SettledAnswer | Disagreement:
    leader = question.settled([label.label for label in seniors]) if seniors else None
    if leader is not None:
        return _decided(leader, Method.ADJUDICATED, seniors, now)
    answers = ", ".join(sorted({label.label for label in labels}))
    who = "the adjudicators disagree" if seniors else "the experts disagree"
    return Disagreement(f"{who}: {answers}")


def _decided(label: str, method: Method, labels: Iterable[Label], now: datetime) -> SettledAnswer:
    # Sorted: a decision is compared with that in force, and the order of answers must not make another of it.
    experts = sorted(answer.expert for answer in labels if answer.label == label)
    return SettledAnswer(label, method, tuple(experts), now)


def expiry(case: Case, tier: Tier, now: datetime) -> SettledAnswer | Closure | None:
    """What the policy says about a case whose time is up; None if it is not, or the case stays open."""
    if not case.is_waiting or case.expires_at is None or now < case.expires_at:
        return None
    if tier.on_expiry == "close":
        return Closure()
    label = {"accept_prediction": case.submission.prediction.label, "safe_label": tier.safe_label}.get(
        tier.on_expiry
    )
    return None if label is None else SettledAnswer(label, Method.EXPIRED, (), now)


def conclude(
    case: Case,
    settlement: Settlement | Closure,
    question: Question,
    *,
    decision_id: str,
    policy_version: str,
    screen_version: int,
) -> Case:
    """The case after `settlement`, the same case if nothing changes.

    A decision gets `decision_id` if it is new or corrects the decision in force. A decision by a time-out
    stands until the answers decide otherwise. Raises InvalidTransition if the case was closed without a
    decision.
    """
    if isinstance(settlement, Closure):
        return expire(case)
    if isinstance(settlement, SettledAnswer):
        decision = _decision(case, settlement, question, decision_id, policy_version, screen_version)
        return case if _stands(case.decision, decision) else decide(case, decision)
    if case.decision is not None and case.decision.is_by_time_out:
        return case
    wanted = CaseStatus.DISPUTED if isinstance(settlement, Disagreement) else CaseStatus.OPEN
    if case.status is wanted:
        return case
    opened = case if case.status is CaseStatus.OPEN else reopen(case)
    return dispute(opened) if wanted is CaseStatus.DISPUTED else opened


def decide_provisionally(
    case: Case,
    question: Question,
    now: datetime,
    *,
    decision_id: str,
    policy_version: str,
    screen_version: int,
) -> Case:
    """The case with a provisional decision by its first answer, where it waits for a second opinion.

    The same case where it does not, or has one that stands; it goes on waiting as it did.
    """
    has_any = case.provisional is not None or case.contest is not None
    if not awaits_second_opinion(case) or len(case.current_labels) > 1 or has_any:
        return case
    settled = _decided(case.current_labels[0].label, Method.SINGLE, case.current_labels, now)
    decision = _decision(case, settled, question, decision_id, policy_version, screen_version)
    return replace(case, decisions=(*case.decisions, replace(decision, is_provisional=True)))


def _stands(in_force: Decision | None, decision: Decision) -> bool:
    return in_force is not None and (
        (in_force.label, in_force.method, in_force.decided_by, in_force.certainty)
        == (decision.label, decision.method, decision.decided_by, decision.certainty)
    )


def _loss(case: Case, question: Question, settled: SettledAnswer) -> float:
    """How far the prediction is from the answer; none where it and the answer are both defensible."""
    predicted, labels = case.submission.prediction.label, case.current_labels
    if settled.method is Method.ADJUDICATED and any(_is_defensible(label) for label in labels):
        # Of the answers that experts gave: whoever settles cannot excuse what only the model says.
        return min(question.loss(predicted, label.label) for label in labels)
    return question.loss(predicted, settled.label)


def _is_defensible(label: Label) -> bool:
    return label.mark is Mark.BOTH_DEFENSIBLE


def _decision(
    case: Case,
    settled: SettledAnswer,
    question: Question,
    decision_id: str,
    policy_version: str,
    screen_version: int,
) -> Decision:
    is_by_time_out = settled.method is Method.EXPIRED
    return Decision(
        decision_id=decision_id,
        case_id=case.case_id,
        # Part of a stored decision's unique key: of two settlements at once only the first is kept.
        sequence=len(case.decisions) + 1,
        answer=question.answer(settled.label),
        method=settled.method,
        decided_at=settled.decided_at,
        policy_version=policy_version,
        screen_version=screen_version,
        decided_by=settled.decided_by,
        # Nobody looked at it: it may say nothing of the model, least of all that the model was right.
        loss=None if is_by_time_out else _loss(case, question, settled),
        certainty=settled.certainty,
    )
