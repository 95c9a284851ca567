"""A digest's numbers in words: each with its n, and "too few" instead of a number that means nothing."""

from collections.abc import Iterator

from bot.words.calibration_words import few
from bot.words.numbers import count, counted, duration, share
from bot.words.quality_words import error_cells
from routing.digest.digest import Change, Digest, Quantile, Share, ShareRow, TooFew
from routing.digest.facts import Confusion
from routing.digest.model_quality import About, Quality

Row = tuple[str, str, str]
"""What it is, this week, and the week before."""
COUNTS = (
    ("Received", "received"),
    ("Accepted by the model alone", "auto_accepted"),
    ("Sent to experts", "reviewed"),
    ("… of these drawn as audits", "audited"),
    ("Decided", "decided"),
    ("Overdue", "overdue"),
)
ERRORS = ((About.ALL, "Wrong, of everything"), (About.ACCEPTED, "Wrong, of what the model accepted"))


def lead(digest: Digest) -> str:
    """The week in two sentences."""
    if digest.is_quiet:
        return "A quiet week: nothing came in, and nothing waits."
    came, before = counted(digest.received.now, "prediction"), digest.received.before
    beside = "" if before is None else f" ({before:,} the week before)"
    first = (
        f"{came} came in{beside}: the model's word was taken for {digest.auto_accepted.now:,}, experts were "
        f"asked about {digest.reviewed.now:,}."
    )
    if digest.came_later:
        first += f" {digest.came_later:,} more came later than their week."
    overdue, decided = digest.overdue.now, digest.decided.now
    late = f"{overdue:,} {'was or is' if overdue == 1 else 'were or are'}" if overdue else "none is"
    return f"{first} {counted(decided, 'case')} {'was' if decided == 1 else 'were'} decided, {late} overdue."


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


def error_rows(quality: Quality | None) -> Iterator[Row]:
    """How much was wrong of everything, and of what the model accepted."""
    for about, name in ERRORS:
        row = quality.row(about) if quality else None
        if row is not None:
            yield name, *error_cells(row)


def week_rows(digest: Digest) -> Iterator[Row]:
    """The counts, how long decisions took, and how often experts agreed with the model."""
    for words, name in COUNTS:
        change: Change = getattr(digest, name)
        yield words, count(change.now), count(change.before)
    for words, times in (("Half", digest.median_time), ("90 %", digest.p90_time)):
        yield f"{words} were decided within", time_words(times.now), time_words(times.before)
    yield agreement_row("Experts agreed with the model", digest.concordance)
    for scale in digest.by_scale:
        yield agreement_row(f"… on the scale of {scale.task}, exactly", scale.exact)
        yield agreement_row(f"… on the scale of {scale.task}, within one step", scale.near)


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
