"""What counts as right, in words: as one says, as two agree, as adjudicated."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from routing.evidence.truth import TaskTruth, Truth

TRUTHS: Mapping[Truth, str] = {
    Truth.SINGLE: "as one says",
    Truth.AGREED: "as two agree",
    Truth.ADJUDICATED: "as adjudicated",
}
AS_THEY_ARE = "by labels as they are"
"""Said of a limit that nothing but single answers backs."""
_WHY: Mapping[Truth, str] = {
    Truth.SINGLE: "as one says: the numbers rest on labels as they are, too few of them by two experts",
    Truth.AGREED: "as two agree: at least two experts were asked, and said the same or were settled between",
    Truth.ADJUDICATED: "as adjudicated: somebody settled what experts had answered",
}


def truth_sentences(truths: Sequence[TaskTruth]) -> Iterator[str]:
    """What the numbers rest on, a sentence for all tasks of which the same is so; the weakest first."""
    by_truth: dict[Truth, list[str]] = {}
    for row in truths:
        by_truth.setdefault(row.truth, []).append(row.task)
    for truth, why in _WHY.items():
        if truth in by_truth:
            yield f"{_where(by_truth, truth)} means right {why}."


def _where(by_truth: Mapping[Truth, Sequence[str]], truth: Truth) -> str:
    if len(by_truth) == 1:
        return "Right"
    return f"Right in {_listed(by_truth[truth])}"


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def limit_basis(truth: Truth | None) -> str:
    """What follows a limit that single answers alone back; nothing where it is not known what backs it."""
    return f", {AS_THEY_ARE}" if truth is Truth.SINGLE else ""


def promise_basis(truths: Iterable[TaskTruth]) -> Iterator[str]:
    """What a promise rests on, in a sentence for each task's truth."""
    for row in truths:
        yield f"Right means right {_WHY.get(row.truth, row.truth.value)}."
