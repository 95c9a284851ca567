"""Second opinions and blind cases: who waits for what, what stays sealed, and what is hidden from whom."""

from dataclasses import replace

from routing.case.case import Case, CaseStatus
from routing.case.decision import Method
from routing.label import ExpertId
from routing.prediction import ModelRef, Prediction
from routing.questions.question import Question

HIDDEN = Prediction(label="", confidence=None, model=ModelRef("", ""))
"""Stands where the model's answer must not be seen; no label is called so."""


def answers_needed(case: Case, question: Question) -> int:
    """How many answers decide: the quorum of the opening, and two where a claim has to be confirmed.

    A claim is an answer to an audit case that says the prediction would have gone through wrongly.
    """
    predicted = case.submission.prediction.label
    if not _confirms_claims(case) or not any(
        question.loss(predicted, label.label) for label in case.current_labels
    ):
        return case.quorum
    return max(case.quorum, 2)


def awaits_second_opinion(case: Case) -> bool:
    """Whether an answer is in, and somebody else's is needed beside it."""
    has_any = case.routing.second_opinion_chance is not None
    return has_any and case.status is CaseStatus.OPEN and bool(case.current_labels)


def is_claimed(case: Case) -> bool:
    """Whether a second opinion was not drawn, but follows from what the first answer says."""
    return _confirms_claims(case) and case.quorum < 2


def hides_answers(case: Case) -> bool:
    """Whether the channel may only hear that the case is answered, not what.

    An audit case whose claim waits for another opinion must look like one where nothing was claimed: else
    everybody whom that opinion is asked of knows what the first one was.
    """
    if not _confirms_claims(case) or not case.current_labels:
        return False
    if case.decision is not None:
        return case.decision.method is Method.SINGLE
    return case.status is CaseStatus.OPEN and case.ask_at is not None


def blinded(case: Case, expert: ExpertId) -> Case:
    """The case as somebody may see it who gives a second opinion: without prediction and others' answers.

    What the service would do follows from the prediction, so it is left out with it.
    """
    submission = replace(case.submission, prediction=HIDDEN, recommended_action=None)
    own = tuple(label for label in case.labels if label.expert.is_same_person(expert))
    return replace(case, submission=submission, labels=own, abstentions=())


def veiled(case: Case) -> Case:
    """The case as everybody may see it: without the prediction while chance hides that until the decision."""
    # Once decided it was seen: a contest, or an Undo, hides nothing any more.
    was_seen = any(not decision.is_provisional for decision in case.decisions)
    if not case.routing.is_blind or not case.is_waiting or was_seen:
        return case
    return replace(case, submission=replace(case.submission, prediction=HIDDEN, recommended_action=None))


def _confirms_claims(case: Case) -> bool:
    # Of the opening: a policy that asks for less by now must not decide what was opened for more.
    return case.routing.is_audit and case.routing.second_opinion_chance is not None
