"""The digest's first message: what to do, one picture, the week beside its predecessor and the target."""

from collections.abc import Iterator

from bot.delivery.passages import bounded, table
from bot.pictures.alt_text import picture_words
from bot.slack.blocks.builders import context, date, header, paragraph, plain, rich_text, run, section
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.blocks.text import label_text
from bot.slack.show.digest_headlines import headline_blocks
from bot.usecases.digest.period import Period
from bot.words.calibration_words import calibration_words
from bot.words.digest_words import error_rows, lead, share_words, unreadable_words, week_rows
from routing.digest.digest import Digest

COLUMNS = ("", "This week", "The week before")
TARGET = "Target"
ALT_TEXT = 1_900
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
    title = f"The last seven days: {period.team}" if period.person else f"Weekly digest: {period.team}"
    week, calibration = lead(digest), calibration_words(digest)
    opening = [*headline_blocks(period.key, digest.headlines)] or [section(plain(week, 1_000))]
    blocks = [header(title), *opening, *_unreadable(digest)]
    blocks += [*_picture(digest, picture_id), _period(digest, week)]
    columns = COLUMNS if _target(digest) is None else (*COLUMNS, TARGET)
    blocks += [table(columns, _rows(digest)), section(plain(calibration, 1_000))]
    blocks.append(context(plain(ABOUT if digest.quality is None else ABOUT_QUALITY, 500)))
    sentences = [headline.words for headline in digest.headlines]
    rows = error_rows(digest.quality)
    errors = (f"{name}: {now}. The week before: {before}." for name, now, before in rows)
    agreement = f"Experts agreed with the model: {share_words(digest.concordance.now)}."
    spoken = (title, *sentences, *unreadable_words(digest), week, *errors, agreement, calibration)
    return Message(bounded(spoken), tuple(blocks))


def _unreadable(digest: Digest) -> Iterator[JsonObject]:
    """What went to experts for want of an answer from a rule, and who can mend it."""
    sentences = unreadable_words(digest)
    if sentences:
        mend = "They were looked at instead. Have the service send what is missing, or correct the rule."
        yield section(plain(" ".join((*sentences, mend)), 2_000))


def _picture(digest: Digest, picture_id: str | None) -> Iterator[JsonObject]:
    alt_text = picture_words(digest)
    if picture_id is not None and alt_text:
        shown = label_text(alt_text, ALT_TEXT)
        yield {"type": "image", "alt_text": shown, "slack_file": {"id": picture_id}}


def _period(digest: Digest, week: str) -> JsonObject:
    """From when to when and, where sentences to act on come first, what happened."""
    when = [run("From "), date(digest.since_at), run(" to "), date(digest.until_at)]
    what = [run(f". {week}")] if digest.headlines else []
    return rich_text(paragraph(*when, *what))


def _target(digest: Digest) -> float | None:
    return digest.quality.target if digest.quality else None


def _rows(digest: Digest) -> list[tuple[str, ...]]:
    """The rows, each with a cell for the target if the policy names one: only errors have it."""
    target = _target(digest)
    errors = list(error_rows(digest.quality))
    if target is None:
        return [*errors, *week_rows(digest)]
    aims = f"at most {target:.1%}"
    return [*((*row, aims) for row in errors), *((*row, "") for row in week_rows(digest))]
