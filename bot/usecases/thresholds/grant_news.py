"""News of thresholds that come into force: from where on what is accepted, and why."""

from collections.abc import Iterable, Iterator, Sequence

from bot.usecases.outgoing import News
from bot.usecases.thresholds.attempt import Basis
from bot.words.limit_words import tier_place
from bot.words.numbers import counted
from bot.words.truth_words import promise_basis
from routing.cell import EVERYTHING, Cell
from routing.evidence.odds import allowed
from routing.evidence.promise import Certificate, NotYet, answer_from_json
from routing.evidence.truth import TaskTruth
from storage.measured.certificates import Attempt

ADVICE = "Nothing has to be done: some of it is still checked at random, and it ends if too much is wrong."


def granted_news(basis: Basis, attempts: Sequence[Attempt], truths: Iterable[TaskTruth] = ()) -> News:
    """The news of an attempt that granted something; `truths` say what counts as right in its labels."""
    stream = basis.stream
    granted = [attempt for attempt in attempts if attempt.threshold is not None]
    accepted = "; ".join(_accepted(basis, certificate) for certificate in granted)
    model, limit = f"{stream.model.name} {stream.model.version}", allowed(basis.promise.error)
    return News(
        team="",
        sentence=f"What {model} predicts goes through by itself now in {accepted}.",
        details=(
            f"The answers show that at most {limit} of it is wrong.",
            *(_rests_on(basis, certificate) for certificate in granted),
            *_reviewed(basis, attempts, granted),
            *promise_basis(truths),
        ),
        advice=ADVICE,
    )


def _accepted(basis: Basis, granted: Attempt) -> str:
    before = basis.in_force_for(Cell.of(granted.key.cell))
    was = f" (until now from {100 * before.threshold:.3g} % on)" if before and before.threshold else ""
    return f"{_place(basis, granted)} where it is at least {100 * (granted.threshold or 0):.3g} % sure{was}"


def _place(basis: Basis, attempt: Attempt) -> str:
    return tier_place(basis.stream.task, attempt.key.tier, attempt.key.cell)


def _rests_on(basis: Basis, granted: Attempt) -> str:
    certificate, cell = Certificate.from_json(granted.answer), Cell.of(granted.key.cell)
    subject = f"For {_place(basis, granted)} this" if cell.words else "This"
    verb = "was" if certificate.errors == 1 else "were"
    wrong = f"{certificate.errors or 'none':} of them {verb} wrong"
    note = f" {certificate.groups_note}" if certificate.groups_note else ""
    return f"{subject} rests on {counted(certificate.labels, 'answer')}; {wrong}.{note}"


def _reviewed(basis: Basis, attempts: Sequence[Attempt], granted: Sequence[Attempt]) -> Iterator[str]:
    """The cells that are reviewed whole, where some have thresholds of their own."""
    if any(certificate.key.cell == EVERYTHING.key for certificate in granted):
        return
    certified = [*granted, *(basis.in_force if basis.is_divided else ())]
    held = {certificate.key.cell for certificate in certified}
    for attempt in attempts:
        cell, conclusion = Cell.of(attempt.key.cell), answer_from_json(attempt.answer)
        if cell != EVERYTHING and cell.key not in held and isinstance(conclusion, NotYet):
            yield f"In {_place(basis, attempt)} everything is looked at. {conclusion.why}"
