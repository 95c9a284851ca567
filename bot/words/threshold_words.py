"""Limits in words: why what was shown does not hold any more."""

from collections.abc import Mapping

from bot.words.numbers import allowed
from routing.evidence.grant import Lapse
from routing.evidence.promise import Promise

LAPSES: Mapping[Lapse, str] = {
    Lapse.NO_PROMISE: "the policy sets no limit there any more",
    Lapse.STRICTER_PROMISE: "the policy allows less now",
    Lapse.OTHER_SLICES: "the policy names other slices now",
    Lapse.OTHER_LABELS: "the labels of the task have changed",
    Lapse.OTHER_CALIBRATOR: "the correction that it was shown with is not in use any more",
}


def lapse_words(lapse: Lapse, promise: Promise | None) -> str:
    """Why the certificate does not hold; `promise` is what the policy promises now."""
    if lapse is Lapse.STRICTER_PROMISE and promise is not None:
        return f"{LAPSES[lapse]}: at most {allowed(promise.error)} wrong"
    return LAPSES[lapse]
