"""Drift: what changed in a window of a task's traffic against a reference, looked at as often as daily.

Every aspect (confidence, predicted labels, each field, the mix of slices, new words, topics of texts) is
tested on the whole and in every slice. One look's p-values are adjusted for their number (Holm 1979). Every
day adds delta / 365 to what may be spent, and a look spends what was added since the last look, so that the
looks of a year spend `delta`. By Bonferroni's inequality a year without change then raises any alarm with a
probability of at most `delta`, however much the windows overlap and however far apart the looks are: when to
look must depend on how much came in, never on what. Equal days find a change late in the year as easily as an
early change, which 6·delta / (π²k²) for look k would not: on day 365 that is 600 times stricter.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.evidence.alarm import WHOLE, Alarm, AlarmKind, Drift
from routing.measures.drift.aspects import Aspect, CategoryAspect, ConfidenceAspect, NumberAspect, Part
from routing.measures.drift.observations import Column, Columns, Floats, lacking
from routing.measures.drift.text_aspects import NewWords, RisingWords, Topics
from routing.measures.drift.text_familiarity import (
    Bag,
    Lexicon,
    WordCounts,
    WordTable,
    count_words,
    learn_words,
    tabulate,
    topics,
)
from routing.measures.drift.two_samples import Comparison
from routing.measures.multiplicity import holm

DELTA = 0.05
"""In at most so many years without change any alarm is raised."""
DAYS_A_YEAR = 365
MIN_CASES = 200
"""Fewer on either side are not compared: what tests say far out in their tails would not hold."""
MAX_FIELDS = 40
Sides = tuple[Column, Column]
"""Of the reference and of the window."""


@dataclass(frozen=True, slots=True)
class Look:
    """A look at a window of the last `weeks` against `reference_weeks`, `days` after the look before it."""

    days: float = 1.0
    weeks: int = 1
    reference_weeks: int = 4

    @property
    def per_year(self) -> float:
        """How many such looks a year has: the share of `delta` that this look spends is 1 of so many."""
        return DAYS_A_YEAR / self.days

    def cases(self, n_window: int, n_reference: int) -> str:
        """How many cases were compared, and how long they took to come in, in words."""
        last = "week" if self.weeks == 1 else f"{self.weeks} weeks"
        before = f"{n_reference:,} of the {self.reference_weeks} weeks before"
        return f"compared were {n_window:,} cases of the last {last} with {before}"


DAILY = Look()


@dataclass(frozen=True, slots=True)
class Reference:
    """The cases that windows are held against.

    Words were learned from a random half of them; the other half, `is_control`, shows how many new ones texts
    have that were not learned from: `new_shares`.
    """

    cases: Columns
    weights: Floats
    words: WordCounts
    lexicon: Lexicon | None
    is_control: npt.NDArray[np.bool_]
    new_shares: Floats


@dataclass(frozen=True, slots=True)
class _Finding:
    slice: str
    aspect: Aspect
    part: Part
    change: Comparison


def _masses(cases: Columns, weights: Sequence[float] | None) -> Floats:
    masses = np.ones(len(cases)) if weights is None else np.asarray(weights, dtype=np.float64)
    if len(masses) != len(cases) or not np.all((masses > 0) & (masses < np.inf)):
        raise ValueError("weights need one positive, finite value per case")
    return masses


def learn_reference(
    cases: Columns, rng: np.random.Generator, weights: Sequence[float] | None = None
) -> Reference:
    """Learn what to hold windows against; the same cases and rng give the same.

    Raises ValueError for weights that do not fit.
    """
    masses = _masses(cases, weights)
    is_control = np.zeros(len(cases), dtype=bool)
    # Of the reference itself: a text always has fewer new words against those it was learned from.
    is_control[rng.permutation(len(cases))[: len(cases) // 2]] = True
    texts = cases.texts
    lexicon = learn_words([texts[place] for place in np.flatnonzero(~is_control)])
    return Reference(
        cases=cases,
        weights=masses,
        words=count_words(texts),
        lexicon=lexicon,
        is_control=is_control,
        new_shares=lexicon.new_shares(texts) if lexicon else np.zeros(len(cases)),
    )


def find_drift(
    task: str,
    reference: Reference,
    window: Columns,
    rng: np.random.Generator,
    weights: Sequence[float] | None = None,
    look: Look = DAILY,
    delta: float = DELTA,
) -> Drift:
    """What changed in the window, and how much; nothing is tested with fewer than 200 cases on either side.

    What changed in several slices is reported of the slice that shows it most clearly. The same cases and rng
    give the same. Raises ValueError for weights that do not fit.
    """
    masses = _masses(window, weights)
    aspects = (*_aspects(reference.cases, window), *_text_aspects(reference, window.texts, rng))
    findings = [
        _Finding(name, aspect, narrowed, aspect.compare(narrowed))
        for name, part in _parts(reference, window, masses)
        for aspect in aspects
        for narrowed in [aspect.narrowed(part)]
        if min(len(narrowed.reference), len(narrowed.window)) >= MIN_CASES
    ]
    # Holm within the look, Bonferroni over the year's looks,
    # whose windows overlap: nothing milder holds for those.
    adjusted = [min(1.0, p * look.per_year) for p in holm([row.change.p_value for row in findings])]
    sure = [
        (row, p) for row, p in zip(findings, adjusted, strict=True) if p <= delta and row.change.effect != 0
    ]
    clearest = _clearest(sure)
    large = [(row, p) for row, p in clearest if _is_large(row)]
    return Drift(
        tests=len(findings),
        alarms=tuple(_alarm(task, row, p, window, look) for row, p in large),
        small=tuple(_alarm(task, row, p, window, look) for row, p in clearest if not _is_large(row)),
    )


def _is_large(finding: _Finding) -> bool:
    return abs(finding.change.effect) >= finding.aspect.minimum


def _clearest(sure: Sequence[tuple[_Finding, float]]) -> list[tuple[_Finding, float]]:
    """Of every aspect the surest finding that is large, or the surest if none is; surest first."""

    def rank(pair: tuple[_Finding, float]) -> tuple[bool, float, int, str]:
        finding = pair[0]
        return not _is_large(finding), finding.change.p_value, -len(finding.part.window), finding.slice

    best: dict[tuple[AlarmKind, str | None], tuple[_Finding, float]] = {}
    for pair in sorted(sure, key=rank):
        best.setdefault((pair[0].aspect.kind, pair[0].aspect.subject), pair)
    return sorted(best.values(), key=rank)


def _alarm(task: str, finding: _Finding, adjusted: float, window: Columns, look: Look) -> Alarm:
    aspect, part, change = finding.aspect, finding.part, finding.change
    size = "" if _is_large(finding) else "a small change: "
    key, _, value = finding.slice.partition("=")
    where = f"where {key} is {value}, " if finding.slice != WHOLE else ""
    cases = look.cases(len(part.window), len(part.reference))
    sentence = f"{size}{where}{aspect.sentence(part, change)}; {cases}."
    return Alarm(
        kind=aspect.kind,
        task=task,
        slice=finding.slice,
        subject=aspect.subject,
        effect=change.effect,
        unit=aspect.unit,
        statistic=change.statistic,
        p_value=change.p_value,
        adjusted_p_value=adjusted,
        n_reference=len(part.reference),
        n_window=len(part.window),
        sentence=sentence[0].upper() + sentence[1:],
        case_ids=tuple(window.case_ids[place] for place in aspect.examples(part)),
        figures=aspect.figures(part) if isinstance(aspect, CategoryAspect) else "",
    )


def _parts(reference: Reference, now: Columns, masses: Floats) -> Iterator[tuple[str, Part]]:
    """The whole, then every slice that has enough cases on both sides."""
    before = reference.cases.members
    for name in sorted(before.keys() & now.members.keys()):
        places = before[name], now.members[name]
        if min(map(len, places)) >= MIN_CASES:
            yield name, Part(*places, reference.weights[places[0]], masses[places[1]])


def _aspects(before: Columns, now: Columns) -> Iterator[Aspect]:
    yield ConfidenceAspect(reference=before.confidence, window=now.confidence)
    yield _categories(AlarmKind.LABELS, None, before.label, now.label)
    without = lacking(len(before)), lacking(len(now))
    for name, sides in _most_filled(before.fields, now.fields, without):
        yield _field(name, *sides)
    for key, sides in _most_filled(before.slices, now.slices, without):
        yield _categories(AlarmKind.SLICE, key, *sides)


def _most_filled(
    before: Mapping[str, Column], now: Mapping[str, Column], without: Sides
) -> list[tuple[str, Sides]]:
    """The columns that most cases fill in, at most MAX_FIELDS, and `without` where a side lacks it."""
    both = {
        name: (before.get(name, without[0]), now.get(name, without[1]))
        for name in sorted(before.keys() | now.keys())
    }
    filled = {name: sum(side.filled for side in sides) for name, sides in both.items()}
    most = sorted((name for name in both if filled[name]), key=lambda name: -filled[name])
    return [(name, both[name]) for name in most[:MAX_FIELDS]]


def _field(name: str, before: Column, now: Column) -> Aspect:
    if before.numbers is not None and now.numbers is not None:
        return NumberAspect(name, reference=before.numbers, window=now.numbers)
    return _categories(AlarmKind.FIELD, name, before, now)


def _categories(kind: AlarmKind, subject: str | None, before: Column, now: Column) -> Aspect:
    names = tuple(sorted({*before.names, *now.names}))
    place_of = {name: place for place, name in enumerate(names)}
    return CategoryAspect(kind, subject, names, before.within(place_of), now.within(place_of))


def _text_aspects(reference: Reference, texts: Sequence[Bag], rng: np.random.Generator) -> Iterator[Aspect]:
    lexicon, n = reference.lexicon, len(reference.cases)
    if lexicon is None:
        return
    yield NewWords(reference.new_shares, lexicon.new_shares(texts), reference.is_control, lexicon, texts)
    # Both sides in one table: what is tested, and the topics, must not depend on which side a text is from.
    table = tabulate([*reference.cases.texts, *texts])
    if table is not None:
        before, now = WordTable(table.words, table.holds[:n]), WordTable(table.words, table.holds[n:])
        yield RisingWords(before, now, texts, reference.words)
        places = topics(table, rng)
        yield Topics(places[:n], places[n:], texts, reference.words)
