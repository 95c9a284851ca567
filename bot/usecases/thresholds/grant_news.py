"""News of thresholds that come into force: from where on what is accepted, and why."""

from collections.abc import Iterator, Sequence

from bot.usecases.outgoing import News
from bot.usecases.thresholds.attempt import Basis
from routing.cell import EVERYTHING, Cell
from routing.evidence.promise import Certificate, NotYet, answer_from_json
from storage.measured.certificates import Attempt


def granted_news(basis: Basis, attempts: Sequence[Attempt]) -> News:
    """The news of an attempt that granted something."""
    stream = basis.stream
    granted = [attempt for attempt in attempts if attempt.threshold is not None]
    accepted = "; ".join(_accepted(basis, certificate) for certificate in granted)
    return News(
        team="",
        sentence=(
            f"{stream.task.name}, tier {stream.tier.name}: predictions of {stream.model.name} "
            f"{stream.model.version} are accepted {accepted}."
        ),
        details=(
            f"Promised: {basis.promise.words}.",
            *map(_rests_on, granted),
            *_reviewed(basis, attempts, granted),
        ),
        advice="Nothing has to be done: audits go on, and a threshold is revoked if they speak against it.",
    )


def _accepted(basis: Basis, granted: Attempt) -> str:
    cell = Cell.of(granted.key.cell)
    before = basis.in_force_for(cell)
    where = f" in {cell.words}" if cell.words else ""
    was = f", until now from {before.threshold:.3f} on" if before is not None else ""
    return f"from a confidence of {granted.threshold:.3f} on{where}{was}"


def _rests_on(granted: Attempt) -> str:
    certificate, cell = Certificate.from_json(granted.answer), Cell.of(granted.key.cell)
    subject = f"{cell.words}: it" if cell.words else "It"
    predictions = f"{certificate.accepted:,} predictions, {certificate.errors:,} wrong"
    return f"{subject} rests on {certificate.labels:,} labels of {predictions}."


def _reviewed(basis: Basis, attempts: Sequence[Attempt], granted: Sequence[Attempt]) -> Iterator[str]:
    """The cells that are reviewed whole, where some have thresholds of their own."""
    if any(certificate.key.cell == EVERYTHING.key for certificate in granted):
        return
    certified = [*granted, *(basis.in_force if basis.is_divided else ())]
    held = {certificate.key.cell for certificate in certified}
    for attempt in attempts:
        cell, conclusion = Cell.of(attempt.key.cell), answer_from_json(attempt.answer)
        if cell != EVERYTHING and cell.key not in held and isinstance(conclusion, NotYet):
            yield f"{cell.words}: everything is reviewed. {conclusion.why}"
