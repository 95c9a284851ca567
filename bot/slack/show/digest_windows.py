"""The windows behind a digest's sentences: a threshold and what would change it, and the cases meant."""

from collections.abc import Iterator, Mapping

from bot.slack.blocks import control_ids
from bot.slack.blocks.builders import (
    bullets,
    context,
    modal,
    open_link,
    paragraph,
    plain,
    rich_text,
    run,
    section,
)
from bot.slack.blocks.message import JsonObject
from bot.slack.blocks.text import label_text, single_line
from bot.slack.show.case_words import scalar
from bot.usecases.lead.look_closer import CaseList, DigestThreshold, ListedCase
from bot.words.quality_words import aim_words, in_force_words
from bot.words.threshold_words import missing_words, row_place, why_words
from routing.digest.model_quality import ThresholdRow, ThresholdState
from routing.evidence.promise import Certificate, NotYet

WORDS = 600
_IS_FILE = (
    "The policy is a file: this window changes nothing. See what it says with “secondlook policy check” and "
    "save it; Second Look takes it within seconds."
)
_IS_KEPT = (
    "The policy sets this limit already, so there is no line to change: what the answers show to keep it is "
    "taken, and taken back when they turn."
)


def threshold_view(weighed: DigestThreshold) -> JsonObject:
    """What is in force, what is promised, what the labels would certify, and the line to set."""
    row = weighed.row
    model = f"{row.model.name} {row.model.version}"
    blocks = [
        section(plain(f"{row_place(row)}, model {model}", 300)),
        rich_text(bullets(paragraph(run(label_text(line, WORDS))) for line in _lines(row))),
        *_policy_lines(weighed),
    ]
    return modal(control_ids.READING_VIEW, "The limit", blocks, "")


def _lines(row: ThresholdRow) -> Iterator[str]:
    yield f"Now: {in_force_words(row)}"
    if row.why and row.state is not ThresholdState.NOT_YET:  # what is missing says it
        yield f"Why: {row.why}"
    yield aim_words(row)
    evidence = row.found
    if isinstance(evidence, NotYet):
        more = missing_words(evidence) if evidence.opinions else f"{evidence.needed:,} more"
        missing = f", about {more} are needed" if evidence.needed else ""
        yield f"The answers show nothing that keeps the limit yet{missing}. {why_words(evidence)}"
    if isinstance(evidence, Certificate):
        yield from _certified(evidence)
    if row.gain is not None:
        more = "more" if row.gain >= 0 else "less"
        yield f"It would let through {abs(row.gain):.1%} {more} of what comes in here than now"


def _certified(certificate: Certificate) -> Iterator[str]:
    yield f"The answers show that from {certificate.threshold:.4g} on keeps the limit"
    yield (
        f"It rests on {certificate.labels:,} answers among {certificate.accepted:,} predictions above it, "
        f"{certificate.errors:,} of them wrong: at most {certificate.bound:.2%} there are, and that is "
        f"{100 * (1 - certificate.spent):.4g} % sure"
    )
    if certificate.groups_note:
        yield certificate.groups_note


def _policy_lines(weighed: DigestThreshold) -> list[JsonObject]:
    """Where to write what in the policy; a promise keeps itself."""
    row = weighed.row
    if weighed.is_promised:
        return [context(plain(_IS_KEPT, 400))]
    lines = []
    if row.proposal is not None:
        lines.append(f"accept_above = {row.proposal!r}")
    if row.promise is not None:
        error, confidence = row.promise.error, row.promise.confidence
        lines.append(f"accept_above = {{ error = {error!r}, confidence = {confidence!r} }}")
    if not lines:
        return [context(plain(_IS_FILE, 400))]
    where = f'In policy.toml, under [[tasks.{row.task}.tiers]] with name = "{row.tier}", set'
    return [
        rich_text(paragraph(run(label_text(where, 300)))),
        rich_text(
            {"type": "rich_text_preformatted", "elements": [run("\n# or, to have it kept:\n".join(lines))]}
        ),
        context(plain(_IS_FILE, 400)),
    ]


def cases_view(listed: CaseList, links: Mapping[str, str]) -> JsonObject:
    """The cases, each with a way to its message as soon as `links` has its address."""
    what = (
        "What experts decided against the model there in the last four weeks, newest first:"
        if listed.is_slice
        else "Typical of it:"
    )
    none = [section(plain("None of them is known here any more.", 100))]
    more = [context(plain("Only the newest are listed.", 100))] if listed.has_more else []
    blocks = [
        section(plain(listed.sentence, WORDS)),
        context(plain(what, 200)),
        *([_case(number, case, links) for number, case in enumerate(listed.cases)] or none),
        *more,
    ]
    return modal(control_ids.READING_VIEW, "Cases", blocks, "")


def _case(number: int, case: ListedCase, links: Mapping[str, str]) -> JsonObject:
    outline = case.outline
    fields = [f"{name}: {single_line(scalar(value))}" for name, value in outline.input.fields.items()]
    shown = label_text("; ".join([*filter(None, [single_line(outline.input.text or "")]), *fields]), 300)
    decided = f"experts decided {outline.decided}" if outline.decided else "not decided by experts"
    sentence = f"{outline.task}: the model said {outline.predicted}, {decided}. {shown}"
    url = links.get(outline.case_id)
    return section(plain(sentence, WORDS), None if url is None else open_link(number, url))
