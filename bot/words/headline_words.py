"""A digest's first sentences: what is so, and what it means against what the team allows."""

from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

from bot.words.alarm_words import alarm_words
from bot.words.limit_words import breach_words
from bot.words.numbers import counted, odds_between
from bot.words.slice_words import slice_place
from bot.words.threshold_words import missing_words, row_place
from bot.words.truth_words import limit_basis
from routing.digest.agenda import agenda
from routing.digest.facts import PeriodFacts
from routing.digest.headline import Headline
from routing.digest.matter import (
    Bias,
    Breach,
    ErrorFigure,
    Lack,
    LateWork,
    Matter,
    Slip,
    ThresholdLoss,
    ThresholdProposal,
    TrafficChange,
)
from routing.digest.model_quality import About, ErrorRow, Movement, Quality, ThresholdRow, ThresholdState
from routing.evidence.alarm import AlarmKind
from routing.evidence.error_patterns import SliceFinding
from routing.evidence.estimate import FEWEST, Estimate, TrafficEstimate
from routing.evidence.odds import allowed, odds
from routing.evidence.promise import NotYet

MOST_LATE_SHOWN = 5
_SLOW = 5
"""With fewer checks a week four weeks do not give a figure."""
FEW = 2
"""So few errors are counted: a share of them says more than is known."""
ALIKE = 1.5
_SUBJECTS: Mapping[AlarmKind, str] = {
    AlarmKind.CONFIDENCE: "how sure the model is",
    AlarmKind.LABELS: "what the model answers",
    AlarmKind.WORDS: "the words of the texts",
    AlarmKind.TOPICS: "what the texts are about",
}


def headlines(
    quality: Quality, facts: PeriodFacts | None = None, muted: frozenset[str] = frozenset()
) -> tuple[Headline, ...]:
    """The sentences of what matters most, in its order."""
    return tuple(
        Headline(matter.subject, sentence(matter), matter.deed, matter.arguments)
        for matter in agenda(quality, facts, muted)
    )


def sentence(matter: Matter) -> str:
    """What a lead reads of it."""
    return _WORDS[type(matter.content)](matter.content)


def _breach(breach: Breach) -> str:
    words = breach_words(breach.watch)
    if not breach.lost:
        return words
    return f"{words} {_gone(breach.lost)}, everything is looked at."


def _loss(loss: ThresholdLoss) -> str:
    why = loss.rows[0].why
    return f"{_gone(loss.rows)}, everything is looked at{f': {why}' if why else ''}".rstrip(".") + "."


def _gone(rows: tuple[ThresholdRow, ...]) -> str:
    places = list(dict.fromkeys(row_place(row) for row in rows))
    return f"Nothing of {' and '.join(places)} goes through by itself any more"


def _change(change: TrafficChange) -> str:
    first, *others = change.alarms
    if first.kind is AlarmKind.ERROR:
        return alarm_words(first)
    # What follows the semicolon says how many cases it rests on; that is in the thread.
    what = alarm_words(first).partition(";")[0].rstrip(".")
    words = f"What comes in to {first.task} has changed. {what}."
    names = dict.fromkeys(_SUBJECTS.get(alarm.kind, alarm.subject or "") for alarm in others)
    names.pop(_SUBJECTS.get(first.kind, first.subject or ""), None)
    also = ", ".join(filter(None, names))
    return f"{words} Also changed: {also}." if also else words


def _slice(finding: SliceFinding) -> str:
    elsewhere = odds(finding.error_elsewhere)
    where = slice_place(finding.key, finding.value)
    return (
        f"Where {where}, about {odds(finding.error)} was wrong in the last four weeks; elsewhere {elsewhere}."
    )


def _what(row: ErrorRow) -> str:
    return "of what went through" if row.about is About.ACCEPTED else "of what came in"


def _slip(slip: Slip) -> str:
    now, before = slip.row.now.future, slip.row.before.future if slip.row.before else None
    figures = f"about {odds(now.value)} now, {odds(before.value)} then" if now and before else ""
    return f"More {_what(slip.row)} is wrong than the week before: {figures}."


def _figure(figure: ErrorFigure) -> str:
    if figure.is_too_early:
        return _too_early(figure)
    row, future = figure.row, figure.labels.future
    assert future is not None  # noqa: S101  it is not too early
    when = " in the last four weeks" if figure.is_lately else ""
    wrong, what, reach = _wrong(figure.labels), f"{_what(row)}{when}", odds_between(future)
    words = f"{_capital(what)} about {odds(future.value)} was wrong ({reach})."
    if future.value <= 0 or (figure.labels.naive and wrong <= FEW):
        verb = "were" if wrong > 1 else "was"
        there_may_be = f": {reach} is" if reach.startswith("at most") else f" ({reach})"
        words = f"{wrong or 'None'} of {future.n:,} {_looked(row)} {what} {verb} wrong{there_may_be}."
    if figure.target is None or row.about is not About.ACCEPTED:
        return words
    return f"{words} You allow {allowed(figure.target)}{_kept_words(future, figure.target)}{_moved(figure)}."


def _kept_words(future: Estimate, target: float) -> str:
    """What that is against what is allowed, where it can be told."""
    if future.high <= target:
        return ": that is kept"
    return "" if future.low > target else "; it takes more checks to tell whether that is kept"


def _moved(figure: ErrorFigure) -> str:
    now, before = figure.row.now.future, figure.row.before.future if figure.row.before else None
    if figure.is_lately or now is None or before is None:
        return ""
    if figure.row.movement is Movement.BETTER:
        return "; it was more the week before"
    is_alike = max(now.value, before.value) <= ALIKE * min(now.value, before.value)
    return ", and it was much the same the week before" if is_alike else ""


def _looked(row: ErrorRow) -> str:
    return "checked" if row.about is About.ACCEPTED else "looked at"


def _too_early(figure: ErrorFigure) -> str:
    row, labels = figure.row, figure.labels
    needed = max(1, FEWEST - labels.labeled)
    noun = "check" if row.about is About.ACCEPTED else "answer"
    pace = row.now.labeled
    weeks = ceil(needed / pace) if pace >= _SLOW else 0
    when = f", {'a week' if weeks == 1 else f'{weeks} weeks'} at this pace" if weeks else ""
    more = f"{counted(needed, f'more {noun}')} {'gives' if needed == 1 else 'give'} a first figure{when}."
    lately = " in four weeks" if figure.is_lately else ""
    return f"It is too early to say how much {_what(row)} is wrong: {_counts(row, labels)}{lately}. {more}"


def _counts(row: ErrorRow, labels: TrafficEstimate) -> str:
    n, wrong = labels.labeled, _wrong(labels)
    looked = _looked(row)
    if not n:
        return f"none was {looked}"
    if n == 1:
        return f"1 was {looked}, and it was {'wrong' if wrong else 'right'}"
    are = {0: "none was", 1: "1 was"}.get(wrong, f"{wrong} were")
    return f"{n} were {looked}, {are} wrong"


def _wrong(labels: TrafficEstimate) -> int:
    return round(labels.naive.value * labels.naive.n) if labels.naive else 0


def _late(work: LateWork) -> str:
    some = "some" if work.waiting >= MOST_LATE_SHOWN else f"{work.waiting}"
    waiting = f", {some} still {'waits' if work.waiting == 1 else 'wait'}" if work.waiting else ""
    return f"{counted(work.late, 'case')} {'was' if work.late == 1 else 'were'} late{waiting}."


def _proposal(proposal: ThresholdProposal) -> str:
    row = proposal.row
    gain = row.gain or 0.0
    fewer = (
        f"about {gain * row.received:,.0f} cases a week" if row.received else f"{gain:.0%}".replace("%", " %")
    )
    limit = f"at most {allowed(row.promise.error)} wrong{limit_basis(row.truth)}" if row.promise else ""
    still = f", still {limit}" if limit else ""
    instead = "" if row.in_force is None else f" instead of {row.in_force:.2f}"
    return (
        f"The limit of {row_place(row)} may be loosened: with {row.proposal:.2f}{instead} "
        f"{fewer} fewer would be looked at{still}."
    )


def _lack(lack: Lack) -> str:
    row, place = lack.row, row_place(lack.row)
    limit = f"at most {allowed(row.promise.error)}" if row.promise else "little"
    if not lack.needed:
        return f"Nothing of {place} goes through by itself: too much is wrong to keep {limit} wrong."
    missing, verb = NotYet(lack.needed, "", lack.opinions), "shows" if lack.needed == 1 else "show"
    if row.state is ThresholdState.FIXED:
        more = missing_words(missing, "check")
        return f"In {place} about {more} {verb} whether {limit} of what goes through is wrong."
    more = missing_words(missing)
    return (
        f"Nothing of {place} goes through by itself yet: about {more} {verb} whether {limit} of it is wrong."
    )


def _bias(bias: Bias) -> str:
    point = bias.point
    verdict = "too sure of itself" if point.accuracy < point.mean_confidence else "less sure than it could be"
    says = f"{100 * point.low:.0f} to {100 * point.high:.0f} %"
    return f"When it says {says}, it is right in {100 * point.accuracy:.0f} %: {verdict}."


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


_WORDS: Mapping[type[Any], Callable[[Any], str]] = {
    Breach: _breach,
    ThresholdLoss: _loss,
    TrafficChange: _change,
    SliceFinding: _slice,
    Slip: _slip,
    ErrorFigure: _figure,
    LateWork: _late,
    ThresholdProposal: _proposal,
    Lack: _lack,
    Bias: _bias,
}
