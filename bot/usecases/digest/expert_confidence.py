"""Measures whether experts are right as often as they say to be sure: of the task, never of a person."""

from collections.abc import Iterator, Mapping, Sequence

from bot.usecases.learning.skill import task_grades
from routing.evidence.expertise import StatedConfidence, TaskConfidence
from routing.evidence.grades import GradableAnswer, Grade
from routing.label import ExpertConfidence
from routing.policy import Policy

STANDS_FOR: Mapping[ExpertConfidence, float] = {
    ExpertConfidence.HIGH: 0.95,
    ExpertConfidence.MEDIUM: 0.8,
    ExpertConfidence.LOW: 0.5,
}
"""What "sure", "fairly sure" and "a guess" are taken for, where a score needs a number (0 to 1)."""
SEED = 0


def task_confidences(
    policy: Policy, answers: Mapping[str, Sequence[GradableAnswer]]
) -> Iterator[TaskConfidence]:
    """Of every task whose experts said how sure they were of answers that others settled, too."""
    # Numpy and what belongs to it are loaded where a digest is made, and nowhere before.
    from routing.measures.expertise.skill import own_confidence

    for name in sorted(answers):
        task = policy.task(name)
        # On a scale no answer is simply wrong.
        marks = _marks([] if task.rating else task_grades(task, answers[name]))
        stated = [STANDS_FOR[level] for level, _ in marks]
        score = own_confidence(stated, [is_right for _, is_right in marks], SEED)
        if score is not None:
            yield TaskConfidence(name, tuple(_parts(marks)), score)


def _marks(graded: Sequence[Grade]) -> list[tuple[ExpertConfidence, bool]]:
    """How sure experts said to be, and whether they were right."""
    return [(level, grade.is_right) for grade in graded if (level := grade.answer.confidence) is not None]


def _parts(marks: Sequence[tuple[ExpertConfidence, bool]]) -> Iterator[StatedConfidence]:
    for level in STANDS_FOR:
        right = [is_right for each, is_right in marks if each is level]
        if right:
            yield StatedConfidence(level.value, sum(right), len(right))
