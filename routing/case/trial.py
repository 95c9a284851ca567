"""Trials: cases that are put in to learn how people answer, and that nobody can tell from others."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from routing.case.case import Case
from routing.policy import Tier
from routing.prediction import POSTED_ORIGINS, Origin, Prediction, Submission
from routing.triage.sampling import draw

RESTS_FOR = timedelta(days=14)
"""So long after its decision a case does not come again: nobody remembers it, and it is not contested."""
COMES_WITHIN = timedelta(hours=1)
"""A trial comes up to so long after the case that it was drawn beside, which must not announce it."""


def is_trial(submission: Submission) -> bool:
    """Whether it was put in here: no service posted it, and none hears of it."""
    return submission.origin not in POSTED_ORIGINS


def without_own_id(case: Case, tier: Tier | None) -> Case:
    """The case as people see it: without the service's id where some cases of its tier have none.

    `tier` None: it left the policy.
    """
    if tier is not None and not tier.trials:
        return case
    return replace(case, submission=replace(case.submission, external_id=""))


def comes_after(draw_key: bytes, origin: Origin, case_id: str) -> timedelta:
    """How long after the case of this id the trial drawn beside it comes."""
    return COMES_WITHIN * draw(draw_key, "trial moment", origin.value, case_id)


def chosen(draw_key: bytes, drawn_for: str, count: int) -> tuple[int, ...]:
    """The places 0 to `count` in the order in which the sources at them are tried."""
    return tuple(
        sorted(range(count), key=lambda place: draw(draw_key, "trial source", drawn_for, str(place)))
    )


def trial_of(
    source: Submission,
    prediction: Prediction,
    origin: Origin,
    external_id: str,
    occurred_at: datetime,
) -> Submission:
    """The source as it would come in once more, of this origin; nobody is called back."""
    return replace(
        source,
        external_id=external_id,
        origin=origin,
        prediction=prediction,
        occurred_at=occurred_at,
        callback_url=None,
    )


def wrong_prediction(source: Submission, key: str, labels: Sequence[str]) -> Prediction | None:
    """The source's prediction if it is wrong, else as if it were of the likeliest of the other `labels`.

    `key` is the right answer. None where that would show: what a service writes beside a prediction fits it.
    """
    prediction = source.prediction
    if prediction.label != key:
        return prediction
    if source.recommended_action or source.intent or source.evidence or prediction.scores:
        return None
    likely = [label for label, _ in prediction.runners_up(len(labels)) if label in labels]
    others = [*likely, *(label for label in labels if label not in (key, *likely))]
    if not others:
        return None
    wrong, probabilities = others[0], prediction.probabilities
    if probabilities is not None:
        swapped = {key: probabilities.get(wrong, 0.0), wrong: probabilities[key]}
        # In the order in which the service named them: another order would give it away.
        probabilities = {label: swapped.get(label, share) for label, share in probabilities.items()} | swapped
    return replace(prediction, label=wrong, probabilities=probabilities)
