"""A digest as CSV: a line per number, which a spreadsheet reads and never takes for a formula."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import astuple, fields

from routing.digest.digest import Change, Digest, Quantile, QuantileChange, Share, ShareRow, TooFew
from routing.digest.model_rows import calibration_rows, quality_rows
from routing.digest.row import Cell, DigestRow
from routing.evidence.estimate import Reach
from routing.stable_code import Code

COLUMNS = tuple(field.name for field in fields(DigestRow))
COUNTS = ("received", "auto_accepted", "audited", "reviewed", "decided", "corrected", "overdue")
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a cell for a formula, full width included (OWASP, CSV injection)."""


def to_csv(digest: Digest, words: Callable[[Code], str]) -> str:
    """The digest's numbers under COLUMNS (RFC 4180), for people: `words` say the codes.

    Text that a spreadsheet would run gets an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in digest_rows(digest):
        cells = (words(cell) if isinstance(cell, Code) else cell for cell in astuple(row))
        writer.writerow([_harmless(cell) for cell in cells])
    return text.getvalue()


def digest_rows(digest: Digest) -> Iterator[DigestRow]:
    """Every number of the digest, in reading order."""
    yield DigestRow("period", "", "since_at", digest.since_at.isoformat())
    yield DigestRow("period", "", "until_at", digest.until_at.isoformat())
    for headline in digest.headlines:
        yield DigestRow("headline", headline.subject, "sentence", headline.words)
    yield from _counts(digest)
    for rule in digest.unreadable:
        yield DigestRow("rule not judged", f"{rule.task}, {rule.tier}: {rule.why}", "predictions", rule.n)
    if digest.came_later:
        yield DigestRow("traffic", "all", "came_later", digest.came_later)
    if digest.without_confidence:
        yield DigestRow("traffic", "all", "without_confidence", digest.without_confidence)
    yield from _times("median_seconds", digest.median_time)
    yield from _times("p90_seconds", digest.p90_time)
    yield from _concordances(digest)
    yield from _certainty(digest)
    yield from _reviewed_calibration(digest)
    yield from _cases(digest)
    if digest.quality is not None:
        yield from quality_rows(digest.quality)


def _harmless(cell: Cell) -> Cell:
    """Text as text: a tab or line break before a formula does not make it harmless."""
    # `and cell`: of an empty cell the first character is the empty text, which is in every text.
    if isinstance(cell, str) and (cell[:1] in "\t\r\n" or cell.lstrip().startswith(FORMULA)) and cell:
        return f"'{cell}"
    return cell


def _counts(digest: Digest) -> Iterator[DigestRow]:
    for name in COUNTS:
        change: Change | None = getattr(digest, name)
        if change is not None:
            yield DigestRow("traffic", "all", name, change.now, before=change.before)


def _times(measure: str, change: QuantileChange) -> Iterator[DigestRow]:
    now, before = change.now, change.before
    yield DigestRow("time", "all", measure, _seconds(now), n=now.n, before=_seconds(before))


def _seconds(quantile: Quantile | TooFew | None) -> float | None:
    return quantile.value.total_seconds() if isinstance(quantile, Quantile) else None


def _concordances(digest: Digest) -> Iterator[DigestRow]:
    yield _concordance("all", digest.concordance)
    yield from (_concordance("tier", row) for row in digest.by_tier)
    yield from (_concordance("model", row) for row in digest.by_model)
    for scale in digest.by_scale:
        yield _concordance("scale", scale.exact)
        yield _concordance("scale", scale.near, "within_one_step")


def _concordance(about: str, row: ShareRow, measure: str = "concordance") -> DigestRow:
    now = row.now
    before = row.before.value if isinstance(row.before, Share) else None
    section, reach = f"concordance by {about}", Reach.REVIEWED
    if isinstance(now, TooFew):
        return DigestRow(section, row.name, measure, None, n=now.n, reach=reach, before=before)
    return DigestRow(section, row.name, measure, now.value, now.low, now.high, now.n, reach, before)


def _certainty(digest: Digest) -> Iterator[DigestRow]:
    now, before = (digest.certainty.now, digest.certainty.before) if digest.certainty else (None, None)
    if now is not None:
        earlier = before.mean if before is not None else None
        yield DigestRow("decisions", "all", "mean_certainty", now.mean, n=now.n, before=earlier)


def _reviewed_calibration(digest: Digest) -> Iterator[DigestRow]:
    now, before, reach = digest.calibration, digest.calibration_before, Reach.REVIEWED
    if isinstance(now, TooFew):
        yield DigestRow("calibration", "reviewed cases", "ece", None, n=now.n, reach=reach)
        return
    earlier = None if isinstance(before, TooFew) else before
    yield from calibration_rows("reviewed cases", now, reach, earlier)


def _cases(digest: Digest) -> Iterator[DigestRow]:
    for confusion in digest.confusions:
        name = f"{confusion.task}: {confusion.predicted} -> {confusion.decided}"
        yield DigestRow("confusion", name, "cases", confusion.n, reach=Reach.REVIEWED)
    for case in digest.oldest_open:
        yield DigestRow("oldest open case", case.case_id, "opened_at", case.opened_at.isoformat())
        yield DigestRow("oldest open case", case.case_id, "due_at", case.due_at.isoformat())
