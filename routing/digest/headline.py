"""The digest's first sentences: at most three, each with what can be done about it at once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from routing.digest.model_quality import (
    About,
    ErrorRow,
    Movement,
    Quality,
    ThresholdRow,
    ThresholdState,
    audits_missing,
    is_above,
)
from routing.evidence.estimate import Estimate, between
from routing.evidence.promise import NotYet
from routing.stable_code import Code

MOST = 3
WORTH_GAIN = 0.02
"""A proposal that would accept less than 2 % more of a tier is not worth a lead's minute."""


class Deed(Code):
    """What the button beside a sentence does."""

    REVIEW_THRESHOLD = "review_threshold"
    OPEN_SLICE = "open_slice"
    OPEN_CASES = "open_cases"
    ASK_AUDITS = "ask_audits"


@dataclass(frozen=True, slots=True)
class Headline:
    """A sentence; `subject` names what it is about, for muting, and `arguments` what its deed needs."""

    subject: str
    words: str
    deed: Deed | None = None
    arguments: dict[str, str] = field(default_factory=dict)


def headlines(quality: Quality, muted: frozenset[str] = frozenset()) -> tuple[Headline, ...]:
    """The three most urgent sentences that are not muted: what broke, what slips, what could be won.

    A subject has a single sentence, and what was broken or alarmed may take all three; of anything else the
    first that is not muted counts.
    """
    sentences: dict[str, Headline] = {}
    for kind, most in _KINDS:
        passed = muted | sentences.keys()
        heard = {headline.subject: headline for headline in kind(quality) if headline.subject not in passed}
        sentences |= dict(islice(heard.items(), most))
    return tuple(sentences.values())[:MOST]


def _named(row: ThresholdRow) -> dict[str, str]:
    named = {"task": row.task, "tier": row.tier, "model": row.model.name, "version": row.model.version}
    return named | {"slice": row.slice} if row.slice else named


def _subject(kind: str, row: ThresholdRow) -> str:
    return ":".join((kind, row.task, row.place, row.model.name, row.model.version))


def _broken(quality: Quality) -> Iterator[Headline]:
    for row, *others in _alike(quality.thresholds):
        if row.state in (ThresholdState.REVOKED, ThresholdState.SUSPENDED):
            state, place = row.state.value, ", ".join([row.place, *(other.slice for other in others)])
            words = f"{row.task}, tier {place}: the threshold was {state}, everything is reviewed. {row.why}"
            yield Headline(_subject(state, row), words.strip(), Deed.REVIEW_THRESHOLD, _named(row))


def _alike(rows: Iterable[ThresholdRow]) -> Iterable[list[ThresholdRow]]:
    """The rows of a tier and model that say the same, together."""
    groups: dict[tuple[object, ...], list[ThresholdRow]] = {}
    for row in rows:
        groups.setdefault((row.task, row.tier, row.model, row.state, row.why), []).append(row)
    return groups.values()


def _alarms(quality: Quality) -> Iterator[Headline]:
    """The newest word on every subject: alarms come oldest first, and again as long as nothing changes."""
    for alarm in quality.alarms:
        deed = Deed.OPEN_CASES if alarm.case_ids else None
        yield Headline(
            alarm.mute_key, alarm.sentence, deed, {"cases": ",".join(alarm.case_ids)} if deed else {}
        )


def _errors(quality: Quality) -> Iterator[Headline]:
    for about, what in ((About.ACCEPTED, "what it accepts by itself"), (About.ALL, "everything")):
        row = quality.row(about)
        now = row.now.period if row else None
        if row is None or now is None:
            continue
        if is_above(now, quality.target):
            words = f"The model errs more than the {quality.target:.1%} allowed on {what}: {_share(now)}."
            yield Headline(f"error:{about}", words, *_review(quality))
        elif row.movement is Movement.WORSE:
            yield Headline(f"error:{about}", f"The model slips on {what}: {_share(now)}, {_before(row)}.")


def _review(quality: Quality) -> tuple[Deed | None, dict[str, str]]:
    # Which of several slices errs cannot be told from here.
    open_rows = [row for row in quality.thresholds if row.in_force is not None and not row.slice]
    return (Deed.REVIEW_THRESHOLD, _named(open_rows[0])) if open_rows else (None, {})


def _share(now: Estimate) -> str:
    return f"{now.value:.1%} wrong ({between(now.low, now.high)}, n={now.n:,})"


def _before(row: ErrorRow) -> str:
    before = row.before.period if row.before else None
    return f"{before.value:.1%} the period before" if before else "nothing is known of the period before"


def _slices(quality: Quality) -> Iterator[Headline]:
    for finding in quality.slices:
        subject = f"slice:{finding.key}={finding.value}"
        yield Headline(subject, finding.words, Deed.OPEN_SLICE, {"key": finding.key, "value": finding.value})


def _proposals(quality: Quality) -> Iterator[Headline]:
    """What a lead could set; a tier with a promise takes a looser threshold by itself."""
    fixed = [row for row in quality.thresholds if row.state is ThresholdState.FIXED]
    rows = [row for row in fixed if row.proposal is not None and (row.gain or 0) >= WORTH_GAIN]
    for row in sorted(rows, key=lambda row: -(row.gain or 0)):
        promise = f", with {row.promise.words}" if row.promise else ""
        words = (
            f"{row.task}, tier {row.place}: accepting from {row.proposal:.2f} on would spare the experts "
            f"{row.gain:.0%} of what comes in{promise}."
        )
        yield Headline(_subject("proposal", row), words, Deed.REVIEW_THRESHOLD, _named(row))


def _missing(quality: Quality) -> Iterator[Headline]:
    for row, answer in audits_missing(quality.thresholds):
        words = f"{row.task}, tier {row.place}: no threshold is certified. {answer.why}"
        # A slice without a threshold is reviewed whole: more audits would be drawn from the others.
        deed = Deed.REVIEW_THRESHOLD if row.slice else Deed.ASK_AUDITS
        yield Headline(_subject("audits", row), words, deed, _named(row))


def _hopeless(quality: Quality) -> Iterator[Headline]:
    for row in quality.thresholds:
        result = row.found
        if row.state is ThresholdState.NOT_YET and isinstance(result, NotYet) and not result.needed:
            words = f"{row.task}, tier {row.place}: no threshold is certified. {result.why}"
            yield Headline(_subject("hopeless", row), words, Deed.REVIEW_THRESHOLD, _named(row))


def _fine(quality: Quality) -> Iterator[Headline]:
    row = quality.row(About.ALL)
    now = row.now.period if row else None
    if now is None:
        return
    target = quality.target
    held = f", within the {target:.1%} allowed" if target is not None and now.high <= target else ""
    yield Headline("error:all", f"Of everything that came in, {_share(now)}{held}.")


_KINDS: tuple[tuple[Callable[[Quality], Iterator[Headline]], int], ...] = (
    (_broken, MOST),
    (_alarms, MOST),
    (_errors, 1),
    (_slices, 1),
    (_proposals, 1),
    (_missing, 1),
    (_hopeless, 1),
    (_fine, 1),
)
"""Kinds of sentences, the most urgent first, and how many of each at most."""
