"""The digest's thread: errors part by part, thresholds, what experts say, and at last the statistics."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

from bot.delivery.passages import COLUMN, Line, TitledList, details, linked, literal
from bot.slack.blocks.builders import date, run
from bot.slack.blocks.message import Message
from bot.slack.blocks.text import label_text
from bot.words.agreement_words import agreement_sentences
from bot.words.alarm_words import alarm_figures, alarm_words
from bot.words.anchoring_words import anchoring_sentences
from bot.words.asked_again_words import asked_again_sentences
from bot.words.calibration_words import calibration_words, point_words, shown_calibration
from bot.words.digest_words import agreement_row, confused_words, more_rows
from bot.words.harm_words import harm_sentences
from bot.words.limit_words import place_words
from bot.words.mark_words import marked_lines, marked_sentence
from bot.words.numbers import counted
from bot.words.oversight_words import gold_sentences, tier_sentences
from bot.words.own_confidence_words import own_confidence_sentences
from bot.words.quality_words import confusion_words, error_cells, error_lines, fit_words, threshold_words
from bot.words.slice_words import slice_words
from bot.words.threshold_words import rule_words
from routing.digest.digest import Digest
from routing.digest.facts import OldestCase
from routing.digest.model_quality import About, ErrorRow, Quality
from routing.evidence.alarm import Alarm
from routing.evidence.error_patterns import Contradiction, DecidedCase, Theme
from routing.evidence.marked_cases import MarkedCases

Permalinks = Mapping[str, str]
"""Addresses of messages by case id."""
ROWS = 20
ALARMS = 5
QUOTES = 2
COLUMNS = ("", "This week", "The week before")
KINDS = {About.TIER: "Rule", About.MODEL: "Model", About.SLICE: "Where"}


def errors_message(digest: Digest, _permalinks: Permalinks) -> Message | None:
    """The error by tier, model and slice; None where nothing was measured."""
    quality = digest.quality
    if quality is None:
        return None
    rules = _rules(quality, ", ")
    rows = [
        (label_text(_part_words(row, rules), COLUMN), *error_cells(row))
        for row in sorted((error for error in quality.errors if error.about in KINDS), key=_busiest)
    ]
    return details([], "How often the model is wrong", COLUMNS, rows[:ROWS])


def _rules(quality: Quality, joint: str) -> Mapping[str, str]:
    """Tiers in words, by the names that a table has them under."""
    return {f"{row.task}{joint}{row.tier}": rule_words(row) for row in quality.thresholds}


def _part_words(row: ErrorRow, rules: Mapping[str, str]) -> str:
    name = rules.get(row.name, row.name) if row.about is About.TIER else row.name
    return f"{KINDS[row.about]} {name.replace('=', ' is ', 1) if row.about is About.SLICE else name}"


def _busiest(row: ErrorRow) -> tuple[int, int, str]:
    return list(KINDS).index(row.about), -row.now.received, row.name


def models_message(digest: Digest, _permalinks: Permalinks) -> Message | None:
    """Every threshold, and how sure the models are and how right."""
    report, whose = shown_calibration(digest)
    points = tuple(literal(point_words(point)) for point in report.bins) if report else ()
    quality = digest.quality
    thresholds = tuple(literal(threshold_words(row)) for row in quality.thresholds) if quality else ()
    passages = [TitledList("What goes through by itself", thresholds)]
    return details([*passages, TitledList(f"By how sure the model was, {whose}", points)])


def experts_message(digest: Digest, permalinks: Permalinks) -> Message | None:
    """Agreement, alarms, slices, confusions, themes, contradictions, oldest cases; last, the statistics."""
    parts = chain(_alarming(digest, permalinks), _experts_words(digest, permalinks))
    oldest = tuple(_oldest(case, permalinks) for case in digest.oldest_open)
    passages = [*parts, TitledList("Waiting longest", oldest), *_figures(digest)]
    rows = [] if digest.is_quiet else [*more_rows(digest), *_agreement_rows(digest)]
    return details(passages, "The week of the experts", COLUMNS, rows)


PARTS: Mapping[str, Callable[[Digest, Permalinks], Message | None]] = {
    "errors": errors_message,
    "models": models_message,
    "experts": experts_message,
}
"""The messages of the thread in their order."""


def cited(digest: Digest) -> tuple[str, ...]:
    """The cases that the thread links to, each once."""
    quality = digest.quality
    ids = [case.case_id for case in digest.oldest_open]
    if quality is not None:
        ids += [case_id for alarm in quality.alarms[:ALARMS] for case_id in alarm.case_ids]
        ids += [case.case_id for case in quality.marked.newest]
        ids += [quote.case_id for theme in quality.themes for quote in theme.quotes[:QUOTES]]
        ids += [side.case_id for pair in quality.contradictions for side in (pair.first, pair.second)]
    return tuple(dict.fromkeys(ids))


def _alarming(digest: Digest, permalinks: Permalinks) -> Iterator[TitledList]:
    quality = digest.quality
    if quality is not None:
        alarms = tuple(_alarm(alarm, permalinks) for alarm in quality.alarms[:ALARMS])
        yield TitledList("What changed", alarms)
        slices = tuple(literal(slice_words(finding)) for finding in quality.slices)
        yield TitledList("Where the model is worse", slices)
        yield TitledList("What the guideline leaves open", _marked(quality.marked, permalinks))
        yield TitledList("What does harm", tuple(map(literal, harm_sentences(quality.harms))))


def _marked(marked: MarkedCases, permalinks: Permalinks) -> tuple[Line, ...]:
    """How many disagreements were marked, with the newest; empty without any."""
    if not marked.newest:
        return ()
    lines: list[Line] = [literal(marked_sentence(marked))]
    for case, words in marked_lines(marked):
        url = permalinks.get(case.case_id)
        lines.append([*literal(words), *([run(" "), linked("case", url)] if url else [])])
    return tuple(lines)


def _alarm(alarm: Alarm, permalinks: Permalinks) -> Line:
    urls = [permalinks[case_id] for case_id in alarm.case_ids if case_id in permalinks]
    examples = [piece for url in urls for piece in (run(" "), linked("example", url))]
    sentence = alarm_words(alarm)
    whose = "" if sentence.startswith(alarm.task) else f"{alarm.task}: "
    return [*literal(f"{whose}{sentence}"), *examples]


def _experts_words(digest: Digest, permalinks: Permalinks) -> Iterator[TitledList]:
    quality = digest.quality
    if quality is None or not quality.confusions:
        counts = tuple(literal(confused_words(confusion)) for confusion in digest.confusions)
        yield TitledList("What the model mixes up", counts)
    if quality is None:
        return
    weighted = tuple(literal(confusion_words(confusion)) for confusion in quality.confusions)
    yield TitledList("What the model mixes up", weighted)
    themes, why = tuple(_themes(quality.themes, permalinks)), quality.no_themes_because
    yield TitledList("What experts write", themes or ((literal(why),) if why else ()))
    agreements = tuple(map(literal, agreement_sentences(quality.agreements)))
    yield TitledList("How far experts agree with each other", agreements)
    followed = tuple(map(literal, anchoring_sentences(quality.anchorings)))
    yield TitledList("Whether experts follow the model", followed)
    again = tuple(map(literal, asked_again_sentences(quality.asked_again)))
    yield TitledList("What nobody answered in time", again)
    stated = tuple(map(literal, own_confidence_sentences(quality.confidences)))
    yield TitledList("Whether experts are as sure as they are right", stated)
    checks = (*tier_sentences(quality.oversight), *gold_sentences(quality.golds))
    yield TitledList("What checks show", tuple(map(literal, checks)))
    pairs = tuple(_contradiction(contradiction, permalinks) for contradiction in quality.contradictions)
    yield TitledList("Much the same, decided differently", pairs)


def _themes(themes: Sequence[Theme], permalinks: Permalinks) -> Iterator[Line]:
    for theme in themes:
        yield literal(f"{theme.name}: {counted(theme.n, 'reason')}, {theme.share:.0%} of what is written")
        for quote in theme.quotes[:QUOTES]:
            yield [linked(f"“{label_text(quote.text, 300)}”", permalinks.get(quote.case_id))]


def _contradiction(contradiction: Contradiction, permalinks: Permalinks) -> Line:
    first, second = (
        linked(f"{_begun(side)} was decided {side.decided}", permalinks.get(side.case_id))
        for side in (contradiction.first, contradiction.second)
    )
    return [first, run(" and "), second, run(f", {contradiction.similarity:.0%} alike")]


def _begun(side: DecidedCase) -> str:
    return f"“{label_text(side.begins, 80)}”" if side.begins.strip() else "A case"


def _agreement_rows(digest: Digest) -> list[tuple[str, str, str]]:
    rules = _rules(digest.quality, " ") if digest.quality else {}
    tiers = [(f"Rule {rules.get(row.name, row.name)}", row) for row in digest.by_tier[: ROWS // 2]]
    models = [(f"Model {row.name}", row) for row in digest.by_model[: ROWS // 2]]
    return [agreement_row(label_text(name, COLUMN), row) for name, row in (*tiers, *models)]


def _figures(digest: Digest) -> Iterator[TitledList]:
    """For who wants the statistics: what the errors rest on, and how confidences were calibrated."""
    quality = digest.quality
    if digest.is_quiet:
        return
    whole = [row for row in quality.errors if row.about not in KINDS] if quality else []
    yield TitledList(
        "What the errors rest on", tuple(literal(line) for row in whole for line in error_lines(row))
    )
    fits = [fit_words(fit) for fit in quality.fits] if quality else []
    yield TitledList("Calibration", tuple(map(literal, (calibration_words(digest), *fits))))
    alarms = quality.alarms[:ALARMS] if quality else ()
    yield TitledList("What the changes rest on", tuple(literal(alarm_figures(alarm)) for alarm in alarms))


def _oldest(case: OldestCase, permalinks: Permalinks) -> Line:
    title = linked(label_text(place_words(case.task, case.tier), 120), permalinks.get(case.case_id))
    return [title, run(", since "), date(case.opened_at), run(", due "), date(case.due_at)]
