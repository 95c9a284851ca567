"""Reads what storage holds of a team's experts for a digest: their answers, and how cases were decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.usecases.digest.error_rows import PeriodCounts
from bot.usecases.digest.span import Span
from routing.evidence.grades import GradableAnswer
from routing.evidence.marked_cases import MarkedCases
from routing.evidence.truth import TruthCount
from routing.policy import Team
from storage.engine.database import Transaction
from storage.evidence import (
    blind_arms,
    decision_methods,
    late_answers,
    marked_cases,
    second_opinions,
    settled_answers,
    shared_answers,
)
from storage.evidence.blind_arms import BlindArm
from storage.evidence.decisions_in_force import Window
from storage.evidence.late_answers import LateCount
from storage.evidence.model_evidence import TrafficCount
from storage.evidence.second_opinions import CheckedCase
from storage.evidence.shared_answers import Answer
from storage.trials import outcomes
from storage.trials.outcomes import GoldAnswer, PlantedCount

MOST_ANSWERED = 5_000
NEWEST_MARKED = 2


@dataclass(frozen=True, slots=True)
class ExpertFacts:
    """What storage holds of the experts: their answers, how decided, hidden or not, checked, put in."""

    answers: Mapping[str, Sequence[Answer]]
    methods: tuple[TruthCount, ...]
    arms: tuple[BlindArm, ...]
    settled: Mapping[str, Sequence[GradableAnswer]]
    planted: tuple[PlantedCount, ...]
    gold: tuple[GoldAnswer, ...]
    checked: tuple[CheckedCase, ...]
    checked_before: tuple[CheckedCase, ...]
    marked: MarkedCases
    late: tuple[LateCount, ...]
    late_before: tuple[LateCount, ...]

    def beside(self, *traffic: tuple[TrafficCount, ...]) -> tuple[PeriodCounts, ...]:
        """The traffic of the digest's period and of that before, each with what experts did there."""
        facts = (self.checked, self.late), (self.checked_before, self.late_before)
        return tuple(PeriodCounts(counts, *of) for counts, of in zip(traffic, facts, strict=True))


def read_experts(tx: Transaction, team: Team, span: Span) -> ExpertFacts:
    """All of it, for the digest's team and time."""
    tasks, back, since, until = team.tasks, span.learned_since_at, span.since_at, span.until_at
    now, before = Window(tasks, since, until), Window(tasks, span.before_at, since)
    return ExpertFacts(
        answers={name: shared_answers.shared(tx, name, back, until, MOST_ANSWERED) for name in tasks},
        methods=decision_methods.counts(tx, tasks, since, until),
        arms=blind_arms.of_tasks(tx, tasks, back, until),
        checked=tuple(second_opinions.decided_cases(tx, now)),
        checked_before=tuple(second_opinions.decided_cases(tx, before)),
        late=late_answers.counts(tx, now),
        late_before=late_answers.counts(tx, before),
        settled={name: settled_answers.of_task(tx, name, back, until, MOST_ANSWERED) for name in tasks},
        marked=marked_cases.of_period(tx, tasks, since, until, NEWEST_MARKED),
        planted=outcomes.planted(tx, tasks, back, until),
        gold=outcomes.gold(tx, tasks, back, until),
    )
