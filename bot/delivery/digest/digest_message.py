"""The digest's first message: what to do, one picture, the week beside its predecessor and the target."""

from collections.abc import Iterator

from bot.delivery.passages import bounded, table
from bot.pictures.alt_text import picture_words
from bot.slack.blocks.builders import context, date, header, paragraph, plain, rich_text, run, section
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.blocks.text import label_text
from bot.slack.show.digest_headlines import headline_blocks
from bot.usecases.digest.period import Period
from bot.words.day_words import days_words
from bot.words.digest_words import ERRORS, lead, main_rows, unreadable_words
from bot.words.oversight_words import oversight_line
from bot.words.truth_words import truth_sentences
from routing.digest.digest import Digest

COLUMNS = ("", "This week", "The week before")
TARGET = "Target"
ALT_TEXT = 1_900
ABOUT = (
    "Shares are estimates, with the range that they lie in in 95 of 100 weeks. By rule, model and slice, and "
    "what experts say: in the thread. Every number: in the file there."
)


def digest_message(period: Period, digest: Digest, picture_id: str | None, zone: str = "UTC") -> Message:
    """What a person with a minute needs: what to do, the picture, five lines of a table.

    `zone` is the team's: the days are those of its calendar.
    """
    days = days_words(period.since_at, period.until_at, zone)
    title = f"{'The last seven days' if period.person else 'Weekly digest'}: {period.team}, {days}"
    week = lead(digest)
    first = header(f"{period.team[:1].upper()}{period.team[1:]}, {days}")
    blocks = [first, section(plain(week, 1_000)), *headline_blocks(period.key, digest.headlines)]
    blocks += [*_unreadable(digest), *_oversight(digest), *_picture(digest, picture_id), _period(digest)]
    columns = COLUMNS if _target(digest) is None else (*COLUMNS, TARGET)
    truths = " ".join(truth_sentences(digest.quality.truths if digest.quality else ()))
    blocks += [table(columns, _rows(digest)), context(plain(f"{truths} {ABOUT}".strip(), 1_000))]
    sentences = [headline.words for headline in digest.headlines]
    rows = (f"{name}: {now}. The week before: {before}." for name, now, before in main_rows(digest))
    looked = oversight_line(digest.quality.oversight if digest.quality else None)
    texts = (title, week, *sentences, *unreadable_words(digest), *filter(None, (looked,)), *rows)
    return Message(bounded(texts), tuple(blocks))


def _unreadable(digest: Digest) -> Iterator[JsonObject]:
    """What went to experts for want of an answer from a rule, and who can mend it."""
    sentences = unreadable_words(digest)
    if sentences:
        mend = "They were looked at instead. Have the service send what is missing, or correct the rule."
        yield section(plain(" ".join((*sentences, mend)), 2_000))


def _oversight(digest: Digest) -> Iterator[JsonObject]:
    """Whether anybody looks, where errors were planted."""
    line = oversight_line(digest.quality.oversight if digest.quality else None)
    if line:
        yield section(plain(line, 300))


def _picture(digest: Digest, picture_id: str | None) -> Iterator[JsonObject]:
    alt_text = picture_words(digest)
    if picture_id is not None and alt_text:
        shown = label_text(alt_text, ALT_TEXT)
        yield {"type": "image", "alt_text": shown, "slack_file": {"id": picture_id}}


def _period(digest: Digest) -> JsonObject:
    when = [run("From "), date(digest.since_at), run(" to "), date(digest.until_at), run(".")]
    return rich_text(paragraph(*when))


def _target(digest: Digest) -> float | None:
    return digest.quality.target if digest.quality else None


def _rows(digest: Digest) -> list[tuple[str, ...]]:
    """The rows, each with a cell for the target if the policy names one: only what went through has it."""
    target = _target(digest)
    rows = list(main_rows(digest))
    if target is None:
        return [*rows]
    bound = ERRORS[0][1]
    return [(*row, f"at most {target:.1%}" if row[0] == bound else "") for row in rows]
