"""A digest's numbers in words: each with its n, and "too few" instead of a number that means nothing."""

from collections.abc import Iterator

from bot.words.calibration_words import few
from bot.words.numbers import count, counted, duration, share
from bot.words.quality_words import error_cells
from routing.digest.digest import Certainty, Change, Digest, Quantile, Share, ShareRow, TooFew
from routing.digest.facts import Confusion
from routing.digest.model_quality import About, Quality

Row = tuple[str, str, str]
"""What it is, this week, and the week before."""
MAIN_COUNTS = (
    ("Came in", "received"),
    ("Went through by themselves", "auto_accepted"),
    ("Looked at", "reviewed"),
    ("Late", "overdue"),
)
MORE_COUNTS = (("Checked at random", "audited"), ("Decided", "decided"))
ERRORS = (
    (About.ACCEPTED, "Wrong among what went through"),
    (About.ALL, "Wrong among all that came in"),
)


def lead(digest: Digest) -> str:
    """The week in two sentences."""
    if digest.is_quiet:
        return "A quiet week: nothing came in, and nothing waits."
    number, before = digest.received.now, digest.received.before
    as_many = "as many" if before == number else f"{before:,}" if before else ""
    beside = f" ({as_many} the week before)" if as_many else ""
    late = f" {digest.came_later:,} more came later than their week." if digest.came_later else ""
    return f"{counted(number, 'prediction')} came in{beside}. {_became(digest)}{_corrected(digest)}.{late}"


def _became(digest: Digest) -> str:
    passed, seen, number = digest.auto_accepted.now, digest.reviewed.now, digest.received.now
    if seen == number > 1:
        return f"All {number:,} were looked at"
    went = f"{passed:,} went" if passed else "None went"
    looked = f"{seen:,} {'was' if seen == 1 else 'were'} looked at"
    return f"{went} through by {'themselves' if passed > 1 else 'itself'}, {looked}"


def _corrected(digest: Digest) -> str:
    if digest.corrected is None or not digest.reviewed.now:
        return ""
    return f"; experts corrected {digest.corrected.now or 'none'} of those"


def unreadable_words(digest: Digest) -> tuple[str, ...]:
    """What was looked at because something was left out, a sentence for each rule and reason."""
    is_same_task = len({rule.task for rule in digest.unreadable}) == 1
    number = digest.without_confidence
    unsure = (f"{counted(number, 'prediction')} came without a confidence.",) if number else ()
    return unsure + tuple(
        f"{counted(rule.n, 'prediction')} could not be judged by rule {rule.tier}"
        f"{'' if is_same_task else f' of {rule.task}'}: {rule.why}."
        for rule in digest.unreadable
    )


def main_rows(digest: Digest) -> Iterator[Row]:
    """What a lead compares at a glance: counts, and how much of what went through was wrong."""
    yield from _counts(digest, MAIN_COUNTS)
    yield from list(_errors(digest.quality))[:1]


def more_rows(digest: Digest) -> Iterator[Row]:
    """The other counts and errors, how long decisions took, and how often experts agreed with the model."""
    yield from list(_errors(digest.quality))[1:]
    yield from _counts(digest, MORE_COUNTS)
    for words, times in (("Half", digest.median_time), ("90 %", digest.p90_time)):
        yield f"{words} were decided within", time_words(times.now), time_words(times.before)
    yield agreement_row("Experts agreed with the model", digest.concordance)
    if digest.certainty is not None and digest.certainty.now is not None:
        now, before = (_certainty(value) for value in (digest.certainty.now, digest.certainty.before))
        yield "Decisions are right, by what answers are worth", now, before
    for scale in digest.by_scale:
        yield agreement_row(f"… on the scale of {scale.task}, exactly", scale.exact)
        yield agreement_row(f"… on the scale of {scale.task}, within one step", scale.near)


def _certainty(value: Certainty | None) -> str:
    return "–" if value is None else f"in {value.mean:.0%} of {value.n:,}"


def _errors(quality: Quality | None) -> Iterator[Row]:
    for about, name in ERRORS:
        row = quality.row(about) if quality else None
        if row is not None and row.now.received:
            yield name, *error_cells(row)


def _counts(digest: Digest, counts: tuple[tuple[str, str], ...]) -> Iterator[Row]:
    for words, name in counts:
        change: Change = getattr(digest, name)
        yield words, count(change.now), count(change.before)


def agreement_row(name: str, row: ShareRow) -> Row:
    """How often experts agreed with the model."""
    return name, share_words(row.now), share_words(row.before)


def time_words(value: Quantile | TooFew | None) -> str:
    """A quantile of times with its n."""
    if value is None:
        return "–"
    return few(value) if isinstance(value, TooFew) else f"{duration(value.value)} (n={value.n:,})"


def share_words(value: Share | TooFew | None) -> str:
    """A share with its 95 % interval and n."""
    if value is None:
        return "–"
    if isinstance(value, TooFew):
        return few(value)
    return share(value.value, value.low, value.high, value.n, digits=0)


def confused_words(confusion: Confusion) -> str:
    """A confusion among reviewed cases, counted."""
    return (
        f"{confusion.n:,} × the model said {confusion.predicted}, experts decided {confusion.decided} "
        f"({confusion.task})"
    )
