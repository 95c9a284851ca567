"""The top-level text of a message: all that screen readers and phones read, so it says it all."""

from __future__ import annotations

from collections.abc import Iterable

from bot.slack.blocks.text import escape, label_text, moment, short_words, single_line, web_address
from bot.slack.show.case_words import (
    VEILED,
    certainty_words,
    circumstances,
    concordance,
    doubts_of,
    due_words,
    happened_words,
    label_title,
    method_words,
    name_of,
    people,
    percent,
    progress,
    rationale_of,
    scalar,
    sureness,
    wishes_of,
)
from bot.slack.show.scene import Scene
from bot.slack.show.why_words import why_asked
from routing.case.case import Case
from routing.case.decision import Decision

SLICES = 5
OBJECTIONS = 3
LONGEST = 3_900  # short of the 4,000 characters after which chat.update refuses a text
HIDDEN_WHY = "It was checked at random, so what was answered is not shown here."
_HOW = {True: "Answer with a button or reply in the thread", False: "Answer with a button"}


def _sentence(text: str, longest: int) -> str:
    return escape(short_words(single_line(text)), longest).rstrip()


def _input(scene: Scene, longest: int) -> str:
    case_input = scene.case.submission.input
    parts = [single_line(case_input.text or "")]
    parts += [
        f"{label_text(name, 60)}: {single_line(scalar(value))}" for name, value in case_input.fields.items()
    ]
    if case_input.image:
        address = "" if scene.has_picture else web_address(case_input.image.url) or ""
        parts.append(f"Picture: {single_line(case_input.image.alt_text)} {address}".rstrip())
    return _sentence(_listed(parts), longest)


def _listed(parts: Iterable[str]) -> str:
    """What may be whole sentences, in a row."""
    return "; ".join(part.rstrip(" .") for part in parts if part)


def _evidence(case: Case, longest: int) -> str:
    items = [f"{single_line(item.title)} {single_line(item.text or '')}" for item in case.submission.evidence]
    scores = [
        f"{single_line(name)} {scalar(score)}" for name, score in case.submission.prediction.scores.items()
    ]
    return _sentence(_listed((*items, *scores)), longest)


def _prediction(scene: Scene) -> str:
    prediction = scene.case.submission.prediction
    if not prediction.label:
        return VEILED
    others = [
        f"{label_title(scene.task, label, 60)} ({percent(probability)})"
        for label, probability in prediction.runners_up(2)
    ]
    answer = f"{label_title(scene.task, prediction.label)}, {sureness(scene.case)}"
    tail = f". Otherwise {', '.join(others)}" if others else ""
    return _sentence(f"The model says {answer}{tail}.", 600)


def _labeled(name: str, content: str) -> str:
    end = "" if content.endswith((".", "!", "?", "…")) else "."
    return f"{f'{name}: ' if name else ''}{content}{end}" if content else ""


def _circumstances(case: Case) -> str:
    words = circumstances(case, SLICES)
    return _labeled("Known there as", _sentence(words, 300)) if words else ""


def open_text(scene: Scene) -> str:
    """Question, prediction, input, reasons, evidence, due time, model and how to answer."""
    case = scene.case
    model = case.submission.prediction.model
    labels = ", ".join(scene.task.label_names)
    parts = [
        _sentence(scene.task.question, 300),
        _prediction(scene),
        _labeled("What came in", _input(scene, 900)),
        *(_labeled(name, _sentence(words, 300)) for name, words in wishes_of(case.submission)),
        _labeled("Why you", _sentence(why_asked(case, scene.task, scene.tier), 400)),
        _labeled("Evidence", _evidence(case, 400)),
        *(_labeled("", _sentence(doubt, 200)) for doubt in doubts_of(case, scene.names)),
        "Somebody objects to what was decided, and it is decided anew." if case.contest else "",
        f"{progress(case)}." if progress(case) else "",
        f"{'; '.join(filter(None, (due_words(case, scene.now), happened_words(case))))}.",
        _circumstances(case),
        _labeled("Model", _sentence(f"{model.name} {model.version}".strip(), 160)),
        # Of several answers none is asked for in the thread, where whoever answers next would read it.
        _labeled(_HOW[scene.task.thread_replies and not _may_be_several(scene)], _sentence(labels, 300)),
    ]
    return cut_whole(" ".join(part for part in parts if part))


def hidden_text(scene: Scene) -> str:
    """That an audit is answered, and about which input; not what."""
    question = _sentence(scene.task.question, 300)
    return cut_whole(f"Answered. {HIDDEN_WHY} {question} {_labeled('What came in', _input(scene, 800))}")


def blind_text(scene: Scene, lead: str, *, is_open: bool) -> str:
    """What somebody reads who is asked by name; `lead`, in mrkdwn, says where their ask stands."""
    case = scene.case
    parts = [
        _sentence(scene.task.question, 300),
        lead,
        _labeled("What came in", _input(scene, 900)),
        *(_labeled(name, _sentence(words, 300)) for name, words in wishes_of(case.submission)),
        _labeled("Evidence", _evidence(case, 400)),
        _circumstances(case),
        _labeled("Answer with a button", _sentence(", ".join(scene.task.label_names), 300))
        if is_open
        else "",
    ]
    return cut_whole(" ".join(part for part in parts if part))


def _may_be_several(scene: Scene) -> bool:
    case, tier = scene.case, scene.tier
    has_second = case.quorum > 1 or case.routing.second_opinion_chance is not None
    return has_second or (tier is not None and tier.certainty is not None)


def decided_text(scene: Scene, decision: Decision) -> str:
    """What was decided, by whom, when and why, and about which input."""
    case = scene.case
    who = people(decision.decided_by, scene.names) if decision.decided_by else "nobody"
    how = method_words(case, decision)
    whys = [rationale_of(label) for label in case.current_labels if label.label == decision.label]
    parts = [
        f"Decided: {_sentence(label_title(scene.task, decision.label), 120)},",
        _sentence(f"by {who}{f' ({how})' if how else ''},", 400),
        f"{moment(decision.decided_at)}.",
        _labeled("Why", _sentence("; ".join(why for why in whys if why), 600)),
        *(
            _labeled(f"{name_of(contest.expert, scene.names)} objected", _sentence(contest.reason, 300))
            for contest in case.contests[-OBJECTIONS:]
            if not contest.is_override
        ),
        _sentence(concordance(case, decision, scene.task), 300),
        _sentence(certainty_words(decision), 100),
        _sentence(scene.task.question, 300),
        _labeled("What came in", _input(scene, 800)),
    ]
    return cut_whole(" ".join(part for part in parts if part))


def expired_text(scene: Scene) -> str:
    """That the case was closed without a decision."""
    question = _sentence(scene.task.question, 300)
    return f"Closed without a decision: nobody answered in time. {question} {_input(scene, 800)}"


def cut_whole(text: str) -> str:
    """`text`, whose parts are bounded, within what Slack takes in an update."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
