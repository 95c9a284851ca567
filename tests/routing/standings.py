"""Standings that the tests start from: certificates, a plain calibrator and a plain novelty profile."""

from dataclasses import dataclass, replace
from typing import cast

from routing.cell import EVERYTHING
from routing.evidence.calibrator import Calibrator
from routing.evidence.grant import Grant
from routing.evidence.promise import Promise
from routing.prediction import CaseInput, Prediction
from routing.triage.in_force import Standing
from routing.triage.novelty import NoveltyProfile
from tests.routing.making import policy

LABELS_DIGEST = policy().task("returns").labels_digest


@dataclass(frozen=True, slots=True)
class _Halving:
    version: str

    def apply(self, prediction: Prediction) -> float:
        assert prediction.confidence is not None
        return prediction.confidence / 2


@dataclass(frozen=True, slots=True)
class _Novelty:
    reason: str


@dataclass(frozen=True, slots=True)
class _Unlike:
    is_unlike: bool

    def judge(self, case_input: CaseInput) -> _Novelty | None:
        return _Novelty("unlike anything labeled: 3 new words") if self.is_unlike else None


def halving(version: str = "half") -> Calibrator:
    """A calibrator that trusts the model half as much as it trusts itself."""
    return cast(Calibrator, _Halving(version))


def unlike(is_unlike: bool = True) -> NoveltyProfile:
    """A profile that calls every case novel, or none."""
    return cast(NoveltyProfile, _Unlike(is_unlike))


def grant(
    certificate_id: str = "certificate_1",
    threshold: float = 0.93,
    labels_digest: str = LABELS_DIGEST,
    calibrator_version: str | None = None,
    error: float = 0.02,
    confidence: float = 0.95,
    cell: str = EVERYTHING.key,
) -> Grant:
    """A certified threshold for the labels of the tests' task."""
    promise = Promise(error, confidence)
    return Grant(certificate_id, threshold, promise, labels_digest, calibrator_version, cell)


def granting(everything: Grant | None = None, **slices: Grant) -> Standing:
    """A standing in which these thresholds are granted to the tests' model; `slices` by "key=value"."""
    granted = {EVERYTHING.key: everything, **slices}
    key = ("returns", "standard", "returns-net", "7")
    return Standing(
        thresholds={(*key, name): replace(one, cell=name) for name, one in granted.items() if one}
    )
