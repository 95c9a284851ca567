"""The digest's first message: what to do, one picture, the week beside the one before and the target."""

from collections.abc import Iterator

from bot.delivery.passages import bounded, table
from bot.pictures.alt_text import picture_words
from bot.pictures.digest_picture import shown_calibration
from bot.slack.blocks.builders import context, date, header, paragraph, plain, rich_text, run, section
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.blocks.text import label_text
from bot.slack.show.digest_headlines import headline_blocks
from bot.usecases.digest.period import Period
from bot.words.digest_words import (
    calibration_figures,
    calibration_words,
    count,
    lead,
    share_words,
    time_words,
    unreadable_words,
    watched_words,
)
from bot.words.quality_words import error_cells
from routing.digest.digest import Digest
from routing.digest.model_quality import About, Quality

COLUMNS = ("", "This week", "The week before")
TARGET = "Target"
ALT_TEXT = 1_900
COUNTS = (
    ("Received", "received"),
    ("Accepted by the model alone", "auto_accepted"),
    ("Sent to experts", "reviewed"),
    ("… of these drawn as audits", "audited"),
    ("Decided", "decided"),
    ("Overdue", "overdue"),
)
ERRORS = ((About.ALL, "Wrong, of everything"), (About.ACCEPTED, "Wrong, of what the model accepted"))
ABOUT = (
    "Agreement and calibration are of reviewed cases only, which are the harder ones: they are not the "
    "model's accuracy on all traffic. Intervals are 95 %."
)
ABOUT_QUALITY = (
    "Wrong is estimated for all traffic: each label stands for as many predictions as its chance of review "
    "says. Agreement is of reviewed cases only, which are the harder ones. Intervals are 95 %."
)


def digest_message(period: Period, digest: Digest, picture_id: str | None) -> Message:
    """What a busy person needs, the picture, the table, and what the numbers speak of."""
    title = _title(period)
    said, calibration = lead(digest), _calibration(digest)
    opening = [*headline_blocks(period.key, digest.headlines)] or [section(plain(said, 1_000))]
    blocks = [header(title), *opening, *_unreadable(digest)]
    blocks += [*_picture(digest, picture_id), _period(digest, said)]
    blocks += [table(_columns(digest), _rows(digest)), section(plain(calibration, 1_000))]
    blocks.append(context(plain(ABOUT if digest.quality is None else ABOUT_QUALITY, 500)))
    sentences = [headline.words for headline in digest.headlines]
    figures = *_spoken_errors(digest), _agreement(digest), calibration
    spoken = (title, *sentences, *unreadable_words(digest), said, *figures)
    return Message(bounded(spoken), tuple(blocks))


def _title(period: Period) -> str:
    return f"The last seven days: {period.team}" if period.person else f"Weekly digest: {period.team}"


def _unreadable(digest: Digest) -> Iterator[JsonObject]:
    """What went to experts for want of an answer from a rule, and who can mend it."""
    sentences = unreadable_words(digest)
    if sentences:
        mend = "They were looked at instead. Have the service send what is missing, or correct the rule."
        yield section(plain(" ".join((*sentences, mend)), 2_000))


def _agreement(digest: Digest) -> str:
    return f"Experts agreed with the model: {share_words(digest.concordance.now)}."


def _calibration(digest: Digest) -> str:
    """Over all watched traffic where that is known, else of reviewed cases beside the week before."""
    report, _ = shown_calibration(digest)
    if report is not None and digest.quality is not None and report is digest.quality.calibration:
        return watched_words(report)
    words = calibration_words(digest.calibration)
    if digest.calibration_before is None:
        return words
    return f"{words} The week before: {calibration_figures(digest.calibration_before)}."


def _picture(digest: Digest, picture_id: str | None) -> Iterator[JsonObject]:
    alt_text = picture_words(digest)
    if picture_id is not None and alt_text:
        shown = label_text(alt_text, ALT_TEXT)
        yield {"type": "image", "alt_text": shown, "slack_file": {"id": picture_id}}


def _period(digest: Digest, said: str) -> JsonObject:
    """From when to when and, where sentences to act on come first, what happened."""
    when = [run("From "), date(digest.since_at), run(" to "), date(digest.until_at)]
    what = [run(f". {said}")] if digest.headlines else []
    return rich_text(paragraph(*when, *what))


def _columns(digest: Digest) -> tuple[str, ...]:
    return (*COLUMNS, TARGET) if _target(digest) is not None else COLUMNS


def _target(digest: Digest) -> float | None:
    return digest.quality.target if digest.quality else None


def _rows(digest: Digest) -> list[tuple[str, ...]]:
    """The rows, each with a cell for the target if the policy names one: only errors have it."""
    target = _target(digest)
    errors = list(_error_rows(digest.quality))
    if target is None:
        return [*errors, *_week_rows(digest)]
    aims = f"at most {target:.1%}"
    return [*((*row, aims) for row in errors), *((*row, "") for row in _week_rows(digest))]


def _error_rows(quality: Quality | None) -> Iterator[tuple[str, str, str]]:
    for about, name in ERRORS:
        row = quality.row(about) if quality else None
        if row is not None:
            yield name, *error_cells(row)


def _spoken_errors(digest: Digest) -> Iterator[str]:
    for name, now, before in _error_rows(digest.quality):
        yield f"{name}: {now}. The week before: {before}."


def _week_rows(digest: Digest) -> list[tuple[str, str, str]]:
    counts = [
        (words, count(getattr(digest, name).now), count(getattr(digest, name).before))
        for words, name in COUNTS
    ]
    median, late, overall = digest.median_time, digest.p90_time, digest.concordance
    return [
        *counts,
        ("Half were decided within", time_words(median.now), time_words(median.before)),
        ("90 % were decided within", time_words(late.now), time_words(late.before)),
        ("Experts agreed with the model", share_words(overall.now), share_words(overall.before)),
    ]
