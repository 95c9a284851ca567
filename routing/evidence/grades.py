"""Whether experts' answers were right, held against what other people settled: never against the model."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from routing.label import ExpertConfidence, ExpertId


@dataclass(frozen=True, slots=True)
class GradableAnswer:
    """An answer in force to a case that experts decided.

    `adjudicated` is what somebody settled who decides disagreements or objections; None where the answers
    decided by themselves. `is_independent`: given to no disagreement and with nobody else's answer in view.
    `is_assigned`, `confidence` and `shown_at` are None where nobody knows.
    """

    case_id: str
    expert: ExpertId
    label: str
    labeled_at: datetime
    adjudicated: str | None
    is_independent: bool
    is_assigned: bool | None = None
    confidence: ExpertConfidence | None = None
    shown_at: datetime | None = None
    slices: Mapping[str, str] | None = None

    def renamed(self, name: Callable[[str], str]) -> "GradableAnswer":
        """The same with each label under what `name` makes of it."""
        adjudicated = None if self.adjudicated is None else name(self.adjudicated)
        return replace(self, label=name(self.label), adjudicated=adjudicated)

    @property
    def took(self) -> timedelta | None:
        """How long the person had the case before them; None where nobody knows."""
        return None if self.shown_at is None else self.labeled_at - self.shown_at


@dataclass(frozen=True, slots=True)
class Grade:
    """Whether an answer was right."""

    answer: GradableAnswer
    is_right: bool


def grades(answers: Sequence[GradableAnswer]) -> tuple[Grade, ...]:
    """The first independent answer of each person to each case, where others settled what is right.

    Right is what was adjudicated, else what most people answered who answered the case, of two at least;
    where as many said something else nobody knows. `answers` are in the order in which they came.
    """
    in_order = sorted(answers, key=attrgetter("case_id"))  # stable: within a case they stay in their order
    return tuple(
        grade
        for _, of_case in groupby(in_order, key=attrgetter("case_id"))
        for grade in _grades_of_case(tuple(of_case))
    )


def _grades_of_case(answers: Sequence[GradableAnswer]) -> list[Grade]:
    truth = answers[0].adjudicated or _most(answers)
    first: dict[str, GradableAnswer] = {}
    for answer in answers:
        # By user id alone: a person seen from two workspaces answers once.
        first.setdefault(answer.expert.user_id, answer)
    if truth is None:
        return []
    return [Grade(answer, answer.label == truth) for answer in first.values() if answer.is_independent]


def _most(answers: Sequence[GradableAnswer]) -> str | None:
    """What most of several people answer now; None without several, or where as many say something else."""
    latest = {answer.expert.user_id: answer.label for answer in answers}
    counts = Counter(latest.values()).most_common(2)
    is_tie = len(counts) > 1 and counts[0][1] == counts[1][1]
    return None if len(latest) < 2 or is_tie else counts[0][0]
