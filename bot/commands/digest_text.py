"""A digest for the terminal: every number with its n, and "too few" instead of one that means nothing."""

from collections.abc import Iterator
from datetime import timedelta

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bot.words.digest_words import unreadable_words
from bot.words.quality_words import confusion_words, error_cells, error_lines, fit_words, threshold_words
from routing.digest.digest import Change, Digest, Quantile, QuantileChange, Share, ShareRow, TooFew
from routing.digest.model_quality import About, Quality
from routing.evidence.reliability import CalibrationReport

COUNTS = ("received", "auto_accepted", "audited", "reviewed", "decided", "overdue")


def shown(team: str, digest: Digest) -> list[RenderableType]:
    """The parts in reading order."""
    since, until = (f"{moment:%a %d %b %H:%M}" for moment in (digest.since_at, digest.until_at))
    title = Text(f"{team}: {since} to {until} UTC", "bold")
    headlines = [Text(f"→ {headline.words}", "bold") for headline in digest.headlines]
    quality = list(map(Text, _quality(digest.quality))) if digest.quality else []
    unreadable = [Text(words, "bold") for words in unreadable_words(digest)]
    return [title, *headlines, *unreadable, _table(digest), *map(Text, _sentences(digest)), *quality]


def _quality(quality: Quality) -> Iterator[str]:
    """What the labels say of the models, sentence by sentence."""
    for row in quality.errors:
        if row.about in (About.ALL, About.ACCEPTED):
            yield from error_lines(row)
    yield from map(threshold_words, quality.thresholds)
    yield from map(fit_words, quality.fits)
    yield from (alarm.sentence for alarm in quality.alarms)
    yield from (finding.words for finding in quality.slices)
    yield from map(confusion_words, quality.confusions)
    yield from (f"Experts write ({theme.n}): {theme.name}." for theme in quality.themes)


def _table(digest: Digest) -> Table:
    table = Table("", "this week", "the week before", box=None, header_style="bold")
    for name in COUNTS:
        change: Change = getattr(digest, name)
        table.add_row(name.replace("_", "-"), str(change.now), _or_dash(change.before))
    for words, quantile in (("median time", digest.median_time), ("90 % decided in", digest.p90_time)):
        table.add_row(words, *_times(quantile))
    for row in (digest.concordance, *digest.by_tier, *digest.by_model):
        table.add_row(f"agreed with the model, {row.name}", *_shares(row))
    for error in digest.quality.errors if digest.quality else ():
        table.add_row(f"wrong, {error.name}", *error_cells(error))
    return table


def _sentences(digest: Digest) -> list[str]:
    confusions = [
        f"{one.n} × {one.task}: the model said {one.predicted}, experts {one.decided}."
        for one in digest.confusions
    ]
    oldest = [
        f"Waiting since {one.opened_at:%d %b %H:%M} UTC, due {one.due_at:%d %b %H:%M}:"
        f" {one.case_id} ({one.task}, {one.tier})."
        for one in digest.oldest_open
    ]
    return [_calibration(digest.calibration), *confusions, *oldest]


def _calibration(report: CalibrationReport | TooFew) -> str:
    if isinstance(report, TooFew):
        return f"Calibration of reviewed cases: {_few(report)}."
    verdict = "within" if report.ece <= report.ece_if_calibrated else "above"
    return (
        f"Calibration of {report.n} reviewed cases (not of all traffic): ECE {report.ece:.3f}, {verdict} what"
        f" a calibrated model shows at this n ({report.ece_if_calibrated:.3f}); Brier {report.brier:.3f}."
    )


def _or_dash(value: int | None) -> str:
    return "–" if value is None else str(value)


def _few(few: TooFew) -> str:
    return f"too few (n={few.n}, {few.needed} needed)"


def _times(change: QuantileChange) -> tuple[str, str]:
    return _time(change.now), _time(change.before)


def _time(value: Quantile | TooFew | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, TooFew):
        return _few(value)
    return f"{timedelta(seconds=round(value.value.total_seconds()))} (n={value.n})"


def _shares(row: ShareRow) -> tuple[str, str]:
    return _share(row.now), _share(row.before)


def _share(value: Share | TooFew | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, TooFew):
        return _few(value)
    return f"{value.value:.0%} ({value.low:.0%} to {value.high:.0%}, n={value.n})"
