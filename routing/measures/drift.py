"""Drift: what changed in a window of a task's traffic against a reference, looked at as often as daily.

Every aspect (confidence, predicted labels, each field, the mix of slices, new words, topics of texts) is
tested on the whole and in every slice. One look's p-values are adjusted for their number (Holm 1979). Every
day adds delta / 365 to what may be spent, and a look spends what was added since the last one, so that the
looks of a year spend `delta`. By Bonferroni's inequality a year without change then raises any alarm with a
probability of at most `delta`, however much the windows overlap and however far apart the looks are: when to
look must depend on how much came in, never on what. Equal days find a change late in the year as easily as an
early one, which 6·delta / (π²k²) for look k would not: on day 365 that is 600 times stricter.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from routing.alarm import WHOLE, Alarm, AlarmKind, Drift
from routing.measures.drift_aspects import (
    MISSING,
    Aspect,
    Categories,
    Confidence,
    Floats,
    Numbers,
    Part,
)
from routing.measures.familiarity import KnownWords, count_words, know_words, topics
from routing.measures.multiplicity import holm
from routing.measures.text_aspects import NewWords, Topics
from routing.measures.two_samples import Comparison
from routing.prediction import CaseInput, Scalar

DELTA = 0.05
"""In at most so many years without change any alarm is raised."""
DAYS_A_YEAR = 365
MIN_CASES = 200
"""Fewer on either side are not compared: what tests say far out in their tails would not hold."""
MAX_FIELDS = 40


@dataclass(frozen=True, slots=True)
class Seen:
    """A prediction with what the model saw and said; `confidence` is the calibrated one."""

    case_id: str
    input: CaseInput
    label: str
    confidence: float
    slices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """A look at a window of the last `weeks` against `reference_weeks`, `days` after the look before it."""

    days: float = 1.0
    weeks: int = 1
    reference_weeks: int = 4

    @property
    def per_year(self) -> float:
        """How many such looks a year has: the share of `delta` that this one spends is 1 of so many."""
        return DAYS_A_YEAR / self.days

    def cases(self, n_window: int, n_reference: int) -> str:
        """How many cases were compared, and how long they took to come in, in words."""
        last = "week" if self.weeks == 1 else f"{self.weeks} weeks"
        before = f"{n_reference:,} of {self.reference_weeks} weeks"
        return f"{n_window:,} cases of the last {last} against {before}"


DAILY = Look()


@dataclass(frozen=True, slots=True)
class Reference:
    """The cases that windows are held against.

    Words were learned from a random half of them; the other half, `is_control`, shows how many new ones texts
    have that were not learned from: `new_shares`.
    """

    cases: tuple[Seen, ...]
    weights: Floats
    known: KnownWords | None
    is_control: npt.NDArray[np.bool_]
    new_shares: Floats


@dataclass(frozen=True, slots=True)
class _Finding:
    slice: str
    aspect: Aspect
    part: Part
    found: Comparison


def _masses(cases: Sequence[Seen], weights: Sequence[float] | None) -> Floats:
    masses = np.ones(len(cases)) if weights is None else np.asarray(weights, dtype=np.float64)
    if len(masses) != len(cases) or not np.all((masses > 0) & (masses < np.inf)):
        raise ValueError("weights need one positive, finite value per case")
    return masses


def learn_reference(
    cases: Sequence[Seen], rng: np.random.Generator, weights: Sequence[float] | None = None
) -> Reference:
    """Learn what to hold windows against; the same cases and rng give the same.

    Raises ValueError for weights that do not fit.
    """
    masses = _masses(cases, weights)
    is_control = np.zeros(len(cases), dtype=bool)
    is_control[rng.permutation(len(cases))[: len(cases) // 2]] = True
    texts = _texts(cases)
    known = know_words([texts[place] for place in np.flatnonzero(~is_control)])
    return Reference(
        cases=tuple(cases),
        weights=masses,
        known=known,
        is_control=is_control,
        new_shares=known.new_shares(texts) if known else np.zeros(len(cases)),
    )


def find_drift(
    task: str,
    reference: Reference,
    window: Sequence[Seen],
    rng: np.random.Generator,
    weights: Sequence[float] | None = None,
    look: Look = DAILY,
    delta: float = DELTA,
) -> Drift:
    """What changed in the window, and how much; nothing is tested with fewer than 200 cases on either side.

    Of what changed in several slices the one is told in which it shows most clearly. The same cases and rng
    give the same. Raises ValueError for weights that do not fit.
    """
    masses = _masses(window, weights)
    aspects = (*_aspects(reference, window), *_text_aspects(reference, _texts(window), rng))
    findings = [
        _Finding(name, aspect, narrowed, aspect.compare(narrowed))
        for name, part in _parts(reference, window, masses)
        for aspect in aspects
        for narrowed in [aspect.narrowed(part)]
        if min(len(narrowed.reference), len(narrowed.window)) >= MIN_CASES
    ]
    adjusted = [min(1.0, p * look.per_year) for p in holm([one.found.p_value for one in findings])]
    sure = [
        (one, p) for one, p in zip(findings, adjusted, strict=True) if p <= delta and one.found.effect != 0
    ]
    told = _clearest(sure)
    large = [(one, p) for one, p in told if _is_large(one)]
    return Drift(
        tests=len(findings),
        alarms=tuple(_alarm(task, one, p, window, look) for one, p in large),
        small=tuple(_alarm(task, one, p, window, look) for one, p in told if not _is_large(one)),
    )


def _is_large(finding: _Finding) -> bool:
    return abs(finding.found.effect) >= finding.aspect.minimum


def _clearest(sure: Sequence[tuple[_Finding, float]]) -> list[tuple[_Finding, float]]:
    """Of every aspect the surest finding that is large, or the surest if none is; surest first."""

    def rank(pair: tuple[_Finding, float]) -> tuple[bool, float, int, str]:
        one = pair[0]
        return not _is_large(one), one.found.p_value, -len(one.part.window), one.slice

    best: dict[tuple[AlarmKind, str | None], tuple[_Finding, float]] = {}
    for pair in sorted(sure, key=rank):
        best.setdefault((pair[0].aspect.kind, pair[0].aspect.subject), pair)
    return sorted(best.values(), key=rank)


def _alarm(task: str, finding: _Finding, adjusted: float, window: Sequence[Seen], look: Look) -> Alarm:
    aspect, part, found = finding.aspect, finding.part, finding.found
    size = "" if _is_large(finding) else "a small change: "
    where = f"in {finding.slice}, " if finding.slice != WHOLE else ""
    cases = look.cases(len(part.window), len(part.reference))
    told = f"{size}{where}{aspect.sentence(part, found)}; {cases}."
    return Alarm(
        kind=aspect.kind,
        task=task,
        slice=finding.slice,
        subject=aspect.subject,
        effect=found.effect,
        unit=aspect.unit,
        statistic=found.statistic,
        p_value=found.p_value,
        adjusted_p_value=adjusted,
        n_reference=len(part.reference),
        n_window=len(part.window),
        sentence=told[0].upper() + told[1:],
        case_ids=tuple(window[place].case_id for place in aspect.examples(part)),
    )


def _parts(reference: Reference, window: Sequence[Seen], masses: Floats) -> Iterator[tuple[str, Part]]:
    """The whole, then every slice that has enough cases on both sides."""
    before, now = _members(reference.cases), _members(window)
    for name in sorted(before.keys() & now.keys()):
        places = np.array(before[name], dtype=np.intp), np.array(now[name], dtype=np.intp)
        if min(map(len, places)) >= MIN_CASES:
            yield name, Part(*places, reference.weights[places[0]], masses[places[1]])


def _members(cases: Sequence[Seen]) -> dict[str, list[int]]:
    members: dict[str, list[int]] = {WHOLE: list(range(len(cases)))}
    for place, case in enumerate(cases):
        for key, value in case.slices.items():
            members.setdefault(f"{key}={value}", []).append(place)
    return members


def _aspects(reference: Reference, window: Sequence[Seen]) -> Iterator[Aspect]:
    both = reference.cases, window
    confidences = [np.array([case.confidence for case in cases], dtype=np.float64) for cases in both]
    yield Confidence(reference=confidences[0], window=confidences[1])
    yield _categories(AlarmKind.LABELS, None, *([case.label for case in cases] for cases in both))
    for name in _names([case.input.fields for cases in both for case in cases]):
        yield _field(name, *([case.input.fields.get(name) for case in cases] for cases in both))
    for key in _names([case.slices for cases in both for case in cases]):
        yield _categories(AlarmKind.SLICE, key, *([case.slices.get(key) for case in cases] for cases in both))


def _names(mappings: Sequence[Mapping[str, Scalar] | Mapping[str, str]]) -> list[str]:
    """The names that most cases fill in, at most MAX_FIELDS."""
    filled = Counter(name for one in mappings for name, value in one.items() if value is not None)
    return sorted(sorted(filled), key=lambda name: -filled[name])[:MAX_FIELDS]


def _field(name: str, before: Sequence[Scalar], now: Sequence[Scalar]) -> Aspect:
    values = [value for value in (*before, *now) if value is not None]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        numbers = [np.array([_number(value) for value in column]) for column in (before, now)]
        return Numbers(name, reference=numbers[0], window=numbers[1])
    return _categories(AlarmKind.FIELD, name, before, now)


def _number(value: Scalar) -> float:
    """-inf for what is missing; it counts, and sorts below all numbers."""
    try:
        number = float(value) if value is not None else -np.inf
    except OverflowError:
        return np.inf
    return number if number == number else -np.inf  # NaN is no value


def _categories(
    kind: AlarmKind, subject: str | None, before: Sequence[Scalar], now: Sequence[Scalar]
) -> Aspect:
    columns = ([MISSING if value is None else str(value) for value in column] for column in (before, now))
    names = [np.array(column, dtype=object) for column in columns]
    return Categories(kind, subject, reference=names[0], window=names[1])


def _texts(cases: Sequence[Seen]) -> list[str]:
    return [case.input.text or "" for case in cases]


def _text_aspects(reference: Reference, texts: Sequence[str], rng: np.random.Generator) -> Iterator[Aspect]:
    known = reference.known
    if known is None:
        return
    yield NewWords(reference.new_shares, known.new_shares(texts), reference.is_control, known, texts)
    before = _texts(reference.cases)
    found = topics([*before, *texts], rng)
    if found is not None:
        yield Topics(found[: len(before)], found[len(before) :], texts, count_words(before))
