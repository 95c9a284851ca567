"""Alarms about a model's traffic: what changed, by how much and how surely, without numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from routing.stable_code import Code

EXAMPLES = 3
WHOLE = ""
"""The slice that is all of the traffic."""


class AlarmKind(Code):
    """What changed. A `slice` alarm is about the share of a slice's values in the traffic."""

    ERROR = "error"
    CONFIDENCE = "confidence"
    LABELS = "labels"
    FIELD = "field"
    SLICE = "slice"
    WORDS = "words"
    TOPICS = "topics"


class ErrorReport(Protocol):
    """What a test over labels in their order says of an error."""

    @property
    def n(self) -> int:
        """How many labels it rests on."""
        ...

    @property
    def errors(self) -> int:
        """How many of them are errors."""
        ...

    @property
    def e_value(self) -> float:
        """The evidence that too many are."""
        ...


@dataclass(frozen=True, slots=True)
class Alarm:
    """A finding about a task, with its size and its evidence.

    `slice` is "key=value" or WHOLE, `subject` the field or slice key it is about, where there is any.
    `effect` is measured in `unit`, `statistic` is that of the test, whose `p_value` is adjusted for all that
    was tested and every look of a year; of an e-process the p-value is 1/e (Ville). `sentence` tells a lead
    what changed, `figures` are statistics beside those, for the report. `case_ids` are up to three cases that
    are most typical of what changed.
    """

    kind: AlarmKind
    task: str
    slice: str
    subject: str | None
    effect: float
    unit: str
    statistic: float
    p_value: float
    adjusted_p_value: float
    n_reference: int
    n_window: int
    sentence: str
    case_ids: tuple[str, ...] = ()
    figures: str = ""

    @classmethod
    def of_errors(
        cls,
        task: str,
        place: str,
        subject: str | None,
        report: "ErrorReport",
        allowed: float,
        wrong: Sequence[str],
        sentence: str,
    ) -> "Alarm":
        """That more than `allowed` was wrong of what went through; `wrong` are the cases, the latest last."""
        p_value = min(1.0, 1 / report.e_value)
        return cls(
            kind=AlarmKind.ERROR,
            task=task,
            slice=place,
            subject=subject,
            effect=report.errors / report.n - allowed,
            unit="share of accepted cases that are wrong",
            statistic=report.e_value,
            p_value=p_value,
            adjusted_p_value=p_value,
            n_reference=0,
            n_window=report.n,
            sentence=sentence,
            case_ids=tuple(wrong[: -EXAMPLES - 1 : -1]),
        )

    @property
    def mute_key(self) -> str:
        """What teams mute it by, in digests and at once. It is stored: it must never change."""
        return f"alarm:{self.task}:{self.kind}:{self.slice}:{self.subject or ''}"

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "kind": self.kind.value, "case_ids": list(self.case_ids)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Alarm":
        """The alarm that `to_json` gave."""
        ids = tuple(stored["case_ids"])
        return cls(**{**stored, "kind": AlarmKind(stored["kind"]), "case_ids": ids})


@dataclass(frozen=True, slots=True)
class Drift:
    """What a look at a window showed after `tests` tests.

    `alarms` are sure and large enough to act on, surest first; `small` are as sure, but too small to matter.
    """

    tests: int
    alarms: tuple[Alarm, ...] = ()
    small: tuple[Alarm, ...] = ()
