"""A digest for the terminal: the sentences and rows that Slack has, and every part of the errors."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bot.words.agreement_words import agreement_sentences
from bot.words.alarm_words import alarm_figures, alarm_words
from bot.words.anchoring_words import anchoring_sentences
from bot.words.asked_again_words import asked_again_sentences
from bot.words.calibration_words import calibration_words
from bot.words.digest_code_words import code_words
from bot.words.digest_words import agreement_row, confused_words, lead, main_rows, more_rows, unreadable_words
from bot.words.harm_words import harm_sentences
from bot.words.limit_words import place_words
from bot.words.mark_words import marked_sentence
from bot.words.moments import moment_words, span_words
from bot.words.numbers import count, estimate_words
from bot.words.oversight_words import gold_sentences, oversight_line, tier_sentences
from bot.words.own_confidence_words import own_confidence_sentences
from bot.words.quality_words import ABOUTS, confusion_words, error_lines, fit_words, threshold_words
from bot.words.slice_words import slice_words
from bot.words.truth_words import truth_sentences
from routing.digest.digest import Digest
from routing.digest.model_quality import About, Quality
from routing.evidence.estimate import between
from routing.evidence.odds import allowed
from storage.leads.digests import StoredDigest

NOTHING = "–"


def show(parts: Iterable[RenderableType]) -> None:
    """Print the parts, each under the last."""
    console = Console(highlight=False, markup=False)  # names come from services
    for part in parts:
        console.print(part)


def shown(team: str, digest: Digest, zone: tzinfo) -> Iterator[RenderableType]:
    """The parts in reading order: what matters first; times are those of `zone`, the team's."""
    yield Text(f"{team}: {span_words(digest.since_at, digest.until_at, zone)}", "bold")
    for place, headline in enumerate(digest.headlines, 1):
        yield Text(f"{place}. {headline.words}", "bold")
    yield from (Text(words, "bold") for words in unreadable_words(digest))
    yield Text(lead(digest))
    yield _week(digest)
    if digest.quality is None:
        yield Text("The models were not measured.")
    else:
        yield _errors(digest.quality)
        yield from map(Text, truth_sentences(digest.quality.truths))
    yield from map(Text, _sentences(digest, zone))


def _week(digest: Digest) -> Table:
    table = _table("", "this week", "the week before")
    parts = [("rule", part) for part in digest.by_tier] + [("model", part) for part in digest.by_model]
    agreement = (agreement_row(f"… {kind} {part.name}", part) for kind, part in parts)
    for row in (*main_rows(digest), *more_rows(digest), *agreement):
        table.add_row(*row)
    return table


def _errors(quality: Quality) -> Table:
    target = "" if quality.target is None else f" (you allow {allowed(quality.target)})"
    columns = ("", "this period", "what to expect", "the period before", "", "whatever the unknown are")
    table = _table(*columns, title=f"How much was wrong{target}")
    for row in quality.errors:
        bounds = row.now.bounds
        table.add_row(
            ABOUTS.get(row.about, row.name),
            estimate_words(row.now.period),
            estimate_words(row.now.future),
            estimate_words(row.before.period) if row.before else NOTHING,
            code_words(row.movement) if row.movement else "",
            between(bounds.low, bounds.high),
        )
    return table


def _table(*columns: str, title: str | None = None) -> Table:
    return Table(*columns, title=title, title_justify="left", box=None, header_style="bold")


def _sentences(digest: Digest, zone: tzinfo) -> Iterator[str]:
    """What the labels say of the models, what experts corrected, and what waits longest."""
    if digest.quality is not None:
        yield from _quality(digest.quality)
    yield calibration_words(digest)
    if digest.quality is None or not digest.quality.confusions:
        yield from (f"{confused_words(confusion)}." for confusion in digest.confusions)
    for case in digest.oldest_open:
        opened, due = (moment_words(moment, zone) for moment in (case.opened_at, case.due_at))
        yield f"A case of {place_words(case.task, case.tier)} waits since {opened}; it is due {due}."


def _quality(quality: Quality) -> Iterator[str]:
    for row in quality.errors:
        if row.about in (About.ALL, About.ACCEPTED):
            yield from error_lines(row)
    yield from map(threshold_words, quality.thresholds)
    yield from map(fit_words, quality.fits)
    for alarm in quality.alarms:
        yield from (alarm_words(alarm), alarm_figures(alarm))
    yield from map(slice_words, quality.slices)
    yield from harm_sentences(quality.harms)
    if quality.marked.newest:
        yield marked_sentence(quality.marked)
    yield from map(confusion_words, quality.confusions)
    yield from agreement_sentences(quality.agreements)
    yield from anchoring_sentences(quality.anchorings)
    yield from asked_again_sentences(quality.asked_again)
    yield from own_confidence_sentences(quality.confidences)
    yield from filter(None, (oversight_line(quality.oversight),))
    yield from tier_sentences(quality.oversight)
    yield from gold_sentences(quality.golds)
    yield from (f"Experts write ({theme.n}): {theme.name}." for theme in quality.themes)


def listed(team: str, kept: Sequence[tuple[StoredDigest, Digest]], zone: tzinfo) -> Table:
    """A line for each digest, newest first; times are those of `zone`, the team's."""
    columns = "until", "came in", "went through", "wrong", "… of what went through", "first sentence"
    table = _table(*columns, title=f"Digests of {team}")
    for stored, digest in kept:
        counts = (count(digest.received.now), count(digest.auto_accepted.now))
        abouts = (About.ALL, About.ACCEPTED)
        rows = [digest.quality.row(about) if digest.quality else None for about in abouts]
        errors = (estimate_words(row.now.period) if row else NOTHING for row in rows)
        first = digest.headlines[0].words if digest.headlines else NOTHING
        table.add_row(moment_words(stored.until_at, zone), *counts, *errors, first)
    return table
