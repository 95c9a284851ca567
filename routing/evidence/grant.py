"""A threshold that a certificate grants, and when it holds: the only home of that."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from routing.cell import EVERYTHING, Cell
from routing.evidence.promise import Promise


class Lapse(StrEnum):
    """Why a certificate does not hold for what is there now, whatever the audits say."""

    NO_PROMISE = "no_promise"
    STRICTER_PROMISE = "stricter_promise"
    OTHER_SLICES = "other_slices"
    OTHER_LABELS = "other_labels"
    OTHER_CALIBRATOR = "other_calibrator"


@dataclass(frozen=True, slots=True)
class Grant:
    """A threshold on calibrated confidence that a certificate grants, and what it was certified for.

    `labels_digest` is the task's when it was certified; `calibrator_version` is that of the calibrator in
    force then, None without any. `cell` is the key of the part of the tier's traffic that it is for.
    """

    certificate_id: str
    threshold: float
    promise: Promise
    labels_digest: str
    calibrator_version: str | None
    cell: str = EVERYTHING.key


@dataclass(frozen=True, slots=True)
class GrantTerms:
    """What a certificate has to be for to hold now: the policy's promise and cells, labels and calibrator.

    `promise` is None where the policy promises nothing, or has no such tier, any more.
    """

    promise: Promise | None
    cells: Sequence[Cell]
    labels_digest: str
    calibrator_version: str | None


def lapse_of(grant: Grant, terms: GrantTerms) -> Lapse | None:
    """Why the certificate does not hold under these terms; None where it does.

    A promise at least as strict as the policy's, in both its numbers, keeps the policy's.
    """
    if terms.promise is None:
        return Lapse.NO_PROMISE
    if grant.promise.error > terms.promise.error or grant.promise.confidence < terms.promise.confidence:
        return Lapse.STRICTER_PROMISE
    if grant.cell != EVERYTHING.key and all(grant.cell != cell.key for cell in terms.cells):
        return Lapse.OTHER_SLICES
    if grant.labels_digest != terms.labels_digest:
        return Lapse.OTHER_LABELS
    # The threshold is on calibrated confidence: by another map it cuts elsewhere.
    if grant.calibrator_version != terms.calibrator_version:
        return Lapse.OTHER_CALIBRATOR
    return None
