"""What experts say and where the model errs: rationales, themes, confusions, contradictions, slices."""

from dataclasses import dataclass
from datetime import datetime

from routing.prediction import CaseInput

PREDICTED = "predicted label"
"""The key of the slices by the model's own label."""


@dataclass(frozen=True, slots=True)
class CaseRationale:
    """A rationale with the words of the case it speaks of, which are not what a theme should be about."""

    case_id: str
    text: str
    case_text: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A rationale as it was written."""

    case_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Theme:
    """Rationales that say much the same. `terms` tell it from other themes, the most telling first.

    `n` texts, `share` of the weight of all texts read; `stability` is the mean adjusted Rand index (1 always
    the same texts, 0 chance) of this theme against its match when a fifth of the texts is left out.
    `case_ids` are the cases its texts speak of, those that belong most first.
    """

    terms: tuple[str, ...]
    n: int
    share: float
    stability: float
    quotes: tuple[Quote, ...]
    case_ids: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its terms in a line."""
        return " · ".join(self.terms)


@dataclass(frozen=True, slots=True)
class ThemeReport:
    """The themes worth showing of `n` rationales read, out of `received`; `why` says why there is none.

    `groups` is how many groups were formed, `stability` their mean adjusted Rand index (0 where none was
    formed), `hidden` how many groups are held back because they are too small or too fickle.
    """

    received: int
    n: int
    groups: int
    stability: float
    themes: tuple[Theme, ...]
    hidden: int
    why: str | None


@dataclass(frozen=True, slots=True)
class ConfusionPair:
    """The model said `predicted` where `decided` was right.

    `n` decisions, `weight` predictions they stand for; `share_of_errors` of the weight of all errors. `share`
    of what the model calls `predicted`, with its 95 % interval, is in truth `decided`.
    """

    predicted: str
    decided: str
    n: int
    weight: float
    share_of_errors: float
    share: float
    share_low: float
    share_high: float


@dataclass(frozen=True, slots=True)
class DecidedInput:
    """What the model saw of a case, what was decided, and how far the model's answer is from it.

    Only decisions of the same `task` can contradict each other.
    """

    case_id: str
    input: CaseInput
    decided: str
    loss: float
    decided_at: datetime
    task: str = ""

    @property
    def is_correction(self) -> bool:
        """Whether the decision is another answer than the model's."""
        return self.loss > 0


@dataclass(frozen=True, slots=True)
class DecidedCase:
    """A side of a contradiction; `begins` is how its input begins, empty in digests that are older."""

    case_id: str
    decided: str
    begins: str = ""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two cases that look alike and were decided differently; `similarity` from 0 to 1 (identical)."""

    first: DecidedCase
    second: DecidedCase
    similarity: float


@dataclass(frozen=True, slots=True)
class ContradictionReport:
    """Contradictions among `n` decided cases, the most alike first, each case at most once.

    `compared` different inputs, the newest, were searched for near-identical ones; `minimum_similarity` is
    what counts as such.
    """

    n: int
    compared: int
    minimum_similarity: float
    contradictions: tuple[Contradiction, ...]


@dataclass(frozen=True, slots=True)
class SliceFinding:
    """A slice, `key`=`value`, where the model is worse than elsewhere.

    `n` labeled predictions, worth `effective_n` of equal weight, stand for `weight`. `raw_error` is what was
    seen; `error` is drawn toward the other values of the key, with its 95 % interval; `error_elsewhere` is
    seen outside the slice, `error_of_like` there among predictions like those inside: drawn by the same, the
    model as sure (None in digests of earlier versions). `p_value` is one-sided and compares like with like,
    `adjusted_p_value` is corrected for all `looks` (Holm 1979).
    """

    key: str
    value: str
    n: int
    effective_n: float
    weight: float
    raw_error: float
    error: float
    error_low: float
    error_high: float
    error_elsewhere: float
    p_value: float
    adjusted_p_value: float
    looks: int
    error_of_like: float | None = None

    @property
    def excess(self) -> float:
        """How much larger the error is than elsewhere, in shares of predictions."""
        return self.error - self.error_elsewhere


@dataclass(frozen=True, slots=True)
class SliceReport:
    """Slices where the model is worse, the widest gap first, of `looks` tested.

    `too_small` slices have too few labels, inside or outside, to be looked at.
    """

    n: int
    looks: int
    too_small: int
    findings: tuple[SliceFinding, ...]
