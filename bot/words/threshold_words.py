"""Thresholds in words: why a certificate does not hold any more."""

from collections.abc import Mapping

from routing.evidence.grant import Lapse
from routing.evidence.promise import Promise

LAPSES: Mapping[Lapse, str] = {
    Lapse.NO_PROMISE: "the policy promises nothing for this tier any more",
    Lapse.STRICTER_PROMISE: "the policy promises more now",
    Lapse.OTHER_SLICES: "the policy names other slices now",
    Lapse.OTHER_LABELS: "the labels of the task have changed",
    Lapse.OTHER_CALIBRATOR: "the calibrator that it was certified with is not in force any more",
}


def lapse_words(lapse: Lapse, promise: Promise | None) -> str:
    """Why the certificate does not hold; `promise` is what the policy promises now."""
    if lapse is Lapse.STRICTER_PROMISE and promise is not None:
        return f"{LAPSES[lapse]}: {promise.words}"
    return LAPSES[lapse]
