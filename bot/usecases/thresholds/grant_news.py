"""What teams are told when thresholds come into force: from where on what is accepted, and why."""

from collections.abc import Iterator, Sequence

from bot.usecases.outgoing import News
from bot.usecases.thresholds.attempt import Case
from routing.cell import EVERYTHING, Cell
from routing.evidence.promise import Certificate, NotYet, answer_from_json
from storage.measured.certificates import Attempt


def granted_news(case: Case, attempts: Sequence[Attempt]) -> News:
    """The news of an attempt that granted something."""
    stream = case.stream
    granted = [one for one in attempts if one.threshold is not None]
    accepted = "; ".join(_accepted(case, one) for one in granted)
    return News(
        team="",
        sentence=(
            f"{stream.task.name}, tier {stream.tier.name}: predictions of {stream.model.name} "
            f"{stream.model.version} are accepted {accepted}."
        ),
        details=(
            f"Promised: {case.promise.words}.",
            *map(_rests_on, granted),
            *_reviewed(case, attempts, granted),
        ),
        advice="Nothing has to be done: audits go on, and a threshold is revoked if they speak against it.",
    )


def _accepted(case: Case, granted: Attempt) -> str:
    cell, before = Cell.of(granted.key.cell), case.in_force_for(Cell.of(granted.key.cell))
    where = f" in {cell.words}" if cell.words else ""
    was = f", until now from {before.threshold:.3f} on" if before is not None else ""
    return f"from a confidence of {granted.threshold:.3f} on{where}{was}"


def _rests_on(granted: Attempt) -> str:
    found, cell = Certificate.from_json(granted.answer), Cell.of(granted.key.cell)
    subject = f"{cell.words}: it" if cell.words else "It"
    known = f"{found.labels:,} labels of {found.accepted:,} predictions, {found.errors:,} wrong"
    return f"{subject} rests on {known}."


def _reviewed(case: Case, attempts: Sequence[Attempt], granted: Sequence[Attempt]) -> Iterator[str]:
    """The cells that are reviewed whole, where some have thresholds of their own."""
    if any(one.key.cell == EVERYTHING.key for one in granted):
        return
    held = {one.key.cell for one in (*granted, *(case.in_force if case.is_divided else ()))}
    for one in attempts:
        cell, found = Cell.of(one.key.cell), answer_from_json(one.answer)
        if cell != EVERYTHING and cell.key not in held and isinstance(found, NotYet):
            yield f"{cell.words}: everything is reviewed. {found.why}"
