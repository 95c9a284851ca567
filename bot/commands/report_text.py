"""A report for the terminal: what matters first, then errors, thresholds and calibration, each with its n."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bot.commands.digest_text import COUNTS
from bot.words.code_words import code_words
from routing.digest.digest import Change, Digest
from routing.digest.model_quality import About, ErrorRow, ModelFit, Quality, ThresholdRow
from routing.evidence.estimate import Estimate
from routing.evidence.promise import Certificate, NotYet
from routing.evidence.reliability import CalibrationReport
from storage.leads.digests import StoredDigest

NOTHING = "–"
UNKNOWN = "nothing labeled"


def shown(team: str, digest: Digest) -> list[RenderableType]:
    """The parts in reading order."""
    since, until = (f"{moment:%a %d %b %Y %H:%M}" for moment in (digest.since_at, digest.until_at))
    parts: list[RenderableType] = [Text(f"{team}: {since} to {until} UTC", "bold")]
    parts += [Text(f"{place}. {one.words}") for place, one in enumerate(digest.headlines, 1)]
    parts.append(Text(_traffic(digest)))
    if digest.quality is None:
        return [*parts, Text("The models were not measured.")]
    return [*parts, *_quality(digest.quality)]


def _traffic(digest: Digest) -> str:
    changes: list[tuple[str, Change]] = [(name, getattr(digest, name)) for name in COUNTS]
    counts = (f"{name.replace('_', '-')} {one.now}{_was(one.before)}" for name, one in changes)
    return f"Traffic: {', '.join(counts)}."


def _was(before: int | None) -> str:
    return "" if before is None else f" (before: {before})"


def listed(team: str, found: Sequence[tuple[StoredDigest, Digest]]) -> Table:
    """A line for each digest, newest first."""
    columns = "until (UTC)", "received", "auto-accepted", "error", "… accepted", "first sentence"
    table = Table(*columns, title=f"Digests of {team}", title_justify="left", box=None, header_style="bold")
    for kept, digest in found:
        counts = (str(digest.received.now), str(digest.auto_accepted.now))
        errors = (_error_of(digest.quality, about) for about in (About.ALL, About.ACCEPTED))
        first = digest.headlines[0].words if digest.headlines else NOTHING
        table.add_row(f"{kept.until_at:%Y-%m-%d %H:%M}", *counts, *errors, first)
    return table


def _error_of(quality: Quality | None, about: About) -> str:
    row = quality.row(about) if quality else None
    return _estimate(row.now.period) if row else NOTHING


def _quality(quality: Quality) -> Iterator[RenderableType]:
    target = "" if quality.target is None else f" (the policy allows {quality.target:.1%})"
    yield _errors(f"Error of the model{target}", quality.errors)
    if quality.thresholds:
        yield _thresholds(quality.thresholds)
    yield Text(_calibration(quality.calibration))
    if quality.fits:
        yield _fits(quality.fits)


def _errors(title: str, rows: Iterable[ErrorRow]) -> Table:
    columns = ("", "this period", "the future", "the period before", "", "if the unknown were right to wrong")
    table = Table(*columns, title=title, title_justify="left", box=None, header_style="bold")
    for row in rows:
        now, bounds = row.now, row.now.bounds
        table.add_row(
            row.name,
            _estimate(now.period),
            _estimate(now.future),
            _estimate(row.before.period) if row.before else NOTHING,
            code_words(row.movement) if row.movement else "",
            f"{bounds.low:.1%} to {bounds.high:.1%}",
        )
    return table


def _estimate(found: Estimate | None) -> str:
    return f"{found.value:.1%} ({found.low:.1%} to {found.high:.1%}, n={found.n})" if found else UNKNOWN


def _thresholds(rows: Iterable[ThresholdRow]) -> Table:
    columns = ("task, tier", "model", "accepted from", "why", "could be", "would spare")
    table = Table(*columns, title="Thresholds", title_justify="left", box=None, header_style="bold")
    for row in rows:
        table.add_row(
            f"{row.task}, {row.place}",
            f"{row.model.name} {row.model.version}",
            "nothing" if row.in_force is None else f"{row.in_force:.3f}",
            ". ".join(part for part in (code_words(row.state), row.why) if part),
            _proposal(row),
            _spared(row),
        )
    return table


def _spared(row: ThresholdRow) -> str:
    if row.gain is None or row.proposal is None:
        return NOTHING
    return f"{row.gain:.0%} of the {'slice' if row.slice else 'tier'}"


def _proposal(row: ThresholdRow) -> str:
    if isinstance(row.found, NotYet):
        return row.found.why
    if row.proposal is None or not isinstance(row.found, Certificate):
        return NOTHING
    return f"{row.proposal:.3f}: {row.found.promise.words} (n={row.found.labels})"


def _calibration(report: CalibrationReport | None) -> str:
    if report is None:
        return "Calibration of all watched traffic: nothing labeled."
    verdict = "within" if report.ece <= report.ece_if_calibrated else "above"
    return (
        f"Calibration of all watched traffic (n={report.n}): ECE {report.ece:.3f}, {verdict} what a "
        f"calibrated model shows at this n ({report.ece_if_calibrated:.3f}); Brier {report.brier:.3f}."
    )


def _fits(rows: Iterable[ModelFit]) -> Table:
    columns = ("task", "model", "method", "n", "ECE before, after", "log loss before, after", "why")
    table = Table(
        *columns, title="Calibrators (held out)", title_justify="left", box=None, header_style="bold"
    )
    for row in rows:
        fit = row.fit
        table.add_row(
            row.task,
            f"{row.model.name} {row.model.version}",
            fit.calibrator.method if fit.is_used else "not used",
            str(fit.n),
            f"{fit.ece_before:.3f}, {fit.ece_after:.3f}",
            f"{fit.log_loss_before:.3f}, {fit.log_loss_after:.3f}",
            fit.why,
        )
    return table
