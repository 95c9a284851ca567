"""Measures how far the experts of each task agree with each other: of the task, never of a person."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from routing.evidence.agreement import Difference, TaskAgreement
from routing.policy import Policy, Task
from storage.evidence.shared_answers import Answer

SEED = 0
SHOWN = 3


def task_agreements(policy: Policy, answers: Mapping[str, Sequence[Answer]]) -> Iterator[TaskAgreement]:
    """Of every task of which at least two people answered the same case."""
    for name in sorted(answers):
        task = policy.task(name)
        present = [(case, person, task.present_name(label)) for case, person, label in answers[name]]
        if present:
            yield _agreement(task, present)


def _agreement(task: Task, answers: Sequence[Answer]) -> TaskAgreement:
    # Numpy and what belongs to it are loaded where a digest is made, and nowhere before.
    from routing.measures.opinions.agreement import agreement
    from routing.measures.opinions.opinions import opinions_of

    names = [option.name for option in task.asks.options]
    # Answers of a label that has left the policy are answers all the same.
    former = sorted({label for _, _, label in answers} - set(names))
    has_order = any(task.asks.neighbors(name) for name in names)
    report = agreement(opinions_of(answers, [*names, *former]), SEED, "ordinal" if has_order else "nominal")
    return TaskAgreement(task.name, report, _differences(answers))


def _differences(answers: Sequence[Answer]) -> tuple[Difference, ...]:
    labels: dict[str, set[str]] = {}
    for case, _, label in answers:
        labels.setdefault(case, set()).add(label)
    counts = Counter(pair for answered in labels.values() for pair in combinations(sorted(answered), 2))
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(Difference(*pair, n) for pair, n in ordered[:SHOWN])
