"""The digest's thread: errors part by part, models and thresholds, and what the experts are saying."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

from bot.delivery.passages import COLUMN, Line, Passage, details, linked, said
from bot.slack.blocks.builders import date, run
from bot.slack.blocks.message import Message
from bot.slack.blocks.text import label_text
from bot.words.calibration_words import point_words, shown_calibration
from bot.words.digest_words import agreement_row, confused_words
from bot.words.numbers import counted
from bot.words.quality_words import confusion_words, error_cells, error_lines, fit_words, threshold_words
from routing.digest.digest import Digest
from routing.digest.facts import OldestCase
from routing.digest.model_quality import About, ErrorRow
from routing.evidence.alarm import Alarm
from routing.evidence.error_patterns import Contradiction, Theme

Permalinks = Mapping[str, str]
"""Addresses of messages by case id."""
ROWS = 20
ALARMS = 5
QUOTES = 2
COLUMNS = ("", "This week", "The week before")
KINDS = {About.TIER: "Tier", About.MODEL: "Model", About.SLICE: "Slice"}


def errors_message(digest: Digest, _permalinks: Permalinks) -> Message | None:
    """The error by tier, model and slice, and what it rests on; None where nothing was measured."""
    quality = digest.quality
    if quality is None:
        return None
    rows = [
        (label_text(f"{KINDS[row.about]} {row.name}", COLUMN), *error_cells(row))
        for row in sorted((one for one in quality.errors if one.about in KINDS), key=_busiest)
    ]
    whole = [row for row in quality.errors if row.about not in KINDS]
    lines = tuple(said(line) for row in whole for line in error_lines(row))
    return details(
        [Passage("What is known of the error", lines)], "How often the model is wrong", COLUMNS, rows[:ROWS]
    )


def _busiest(row: ErrorRow) -> tuple[int, int, str]:
    return list(KINDS).index(row.about), -row.now.received, row.name


def models_message(digest: Digest, _permalinks: Permalinks) -> Message | None:
    """How sure the models are and how right, how that was mended, and every threshold."""
    report, whose = shown_calibration(digest)
    quality = digest.quality
    points = tuple(said(point_words(one)) for one in report.bins) if report else ()
    fits = tuple(said(fit_words(one)) for one in quality.fits) if quality else ()
    thresholds = tuple(said(threshold_words(one)) for one in quality.thresholds) if quality else ()
    return details(
        [
            Passage("Thresholds", thresholds),
            Passage("How confidences were calibrated", fits),
            Passage(f"By how sure the model was: {whose}", points),
        ]
    )


def experts_message(digest: Digest, permalinks: Permalinks) -> Message | None:
    """Alarms, slices, confusions, themes, contradictions, agreement, and the oldest open cases."""
    found = chain(_alarming(digest, permalinks), _told(digest, permalinks))
    oldest = tuple(_oldest(one, permalinks) for one in digest.oldest_open)
    passages = [*found, Passage("Waiting longest", oldest)]
    return details(passages, "How often experts agreed with the model", COLUMNS, _agreement_rows(digest))


PARTS: Mapping[str, Callable[[Digest, Permalinks], Message | None]] = {
    "errors": errors_message,
    "models": models_message,
    "experts": experts_message,
}
"""The messages of the thread in their order."""


def cited(digest: Digest) -> tuple[str, ...]:
    """The cases that the thread links to, each once."""
    quality = digest.quality
    ids = [one.case_id for one in digest.oldest_open]
    if quality is not None:
        ids += [case_id for alarm in quality.alarms[:ALARMS] for case_id in alarm.case_ids]
        ids += [quote.case_id for theme in quality.themes for quote in theme.quotes[:QUOTES]]
        ids += [one.case_id for pair in quality.contradictions for one in (pair.first, pair.second)]
    return tuple(dict.fromkeys(ids))


def _alarming(digest: Digest, permalinks: Permalinks) -> Iterator[Passage]:
    quality = digest.quality
    if quality is not None:
        alarms = tuple(_alarm(one, permalinks) for one in quality.alarms[:ALARMS])
        yield Passage("What changed", alarms)
        yield Passage("Where the model is worse", tuple(said(one.words) for one in quality.slices))


def _alarm(alarm: Alarm, permalinks: Permalinks) -> Line:
    known = [permalinks[case_id] for case_id in alarm.case_ids if case_id in permalinks]
    examples = [piece for url in known for piece in (run(" "), linked("example", url))]
    return [*said(f"{alarm.task}: {alarm.sentence}"), *examples]


def _told(digest: Digest, permalinks: Permalinks) -> Iterator[Passage]:
    quality = digest.quality
    if quality is None or not quality.confusions:
        yield Passage("Most common confusions", tuple(said(confused_words(one)) for one in digest.confusions))
    if quality is None:
        return
    weighted = tuple(said(confusion_words(one)) for one in quality.confusions)
    yield Passage("Confusions by what they weigh in all traffic", weighted)
    yield Passage("What experts write", tuple(_themes(quality.themes, permalinks)) or _no_themes(digest))
    pairs = tuple(_contradiction(one, permalinks) for one in quality.contradictions)
    yield Passage("Much the same, decided differently", pairs)


def _no_themes(digest: Digest) -> tuple[Line, ...]:
    why = digest.quality.no_themes_because if digest.quality else ""
    return (said(why),) if why else ()


def _themes(themes: Sequence[Theme], permalinks: Permalinks) -> Iterator[Line]:
    for theme in themes:
        yield said(f"{theme.name}: {counted(theme.n, 'rationale')}, {theme.share:.0%} of what is written")
        for quote in theme.quotes[:QUOTES]:
            yield [linked(f"“{label_text(quote.text, 300)}”", permalinks.get(quote.case_id))]


def _contradiction(one: Contradiction, permalinks: Permalinks) -> Line:
    first, second = (
        linked(f"{side.case_id}: {side.decided}", permalinks.get(side.case_id))
        for side in (one.first, one.second)
    )
    return [first, run(" and "), second, run(f", {one.similarity:.0%} alike")]


def _agreement_rows(digest: Digest) -> list[tuple[str, str, str]]:
    kinds = (("Tier", digest.by_tier), ("Model", digest.by_model))
    return [
        agreement_row(label_text(f"{kind} {row.name}", COLUMN), row)
        for kind, found in kinds
        for row in found[: ROWS // 2]
    ]


def _oldest(one: OldestCase, permalinks: Permalinks) -> Line:
    title = linked(label_text(f"{one.task}, tier {one.tier}", 120), permalinks.get(one.case_id))
    return [title, run(", since "), date(one.opened_at), run(", due "), date(one.due_at)]
