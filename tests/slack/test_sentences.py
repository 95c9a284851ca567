"""What experts read: every message, window, list and notice of a rich and of a poor case, word by word."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.notices.notice_message import NamedCase, StatedAnswer, notice_message
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.limits import message_violations, view_violations
from bot.slack.show import read_windows, review_windows
from bot.slack.show.case_message import case_message
from bot.slack.show.home import home_view, mine_message, next_message, queue_message
from bot.slack.show.private_answers import (
    PrivateAnswers,
    direct_answer,
    help_message,
    receipt,
    typed_receipt,
    unknown_message,
)
from bot.usecases.outgoing import Notice, Occasion, Place
from bot.usecases.review import outcome as outcomes
from bot.usecases.review.screen import Screen
from bot.usecases.review.worklist import Board, LabelTotals, WaitingCase
from routing.case.case import Case, CaseStatus
from routing.case.contest import Contest
from routing.case.decision import Decision, Method
from routing.label import Abstention, Label, Rationale, Via
from routing.policy import Task, Tier
from routing.prediction import CaseInput, Evidence, Image, ModelRef, Origin, Prediction
from tests.answers import chosen
from tests.plain_words import (
    EXPRESSION,
    HIDDEN,
    LEADS_TOO,
    OUR_ID,
    REPORTED,
    SLOPPY,
    UTC,
    assert_plain,
    texts_of,
)
from tests.slack.workspace import Workspace
from tests.worlds.clocks import FRIDAY
from tests.worlds.people import ANN, BEN, CAROL, CHANNEL_ID

GBM = ModelRef("gbm", "3")
POLICY = "8c1f20ab77de"
NAMES = {ANN: "Ann", BEN: "Ben", CAROL: "Carol"}
SCREEN = Screen("case_1", 3, CHANNEL_ID, "1.1")
RULE = "has(input.fields.amount) && input.fields.amount >= 1000 && prediction.confidence < 0.95"


def _rich(workspace: Workspace) -> Case:
    """A case that has everything: a rule, a limit, another's doubt, and all that a service can send."""
    case = workspace.world.open(
        external_id="payment-48213",
        input=CaseInput(
            "Two phones to a new address.",
            {"amount": 1600, "is_new": True, "note": None},
            "https://shop.example/48213",
            Image("The invoice.", "https://shop.example/48213.png"),
        ),
        prediction=Prediction(
            "fraud", 0.94, ModelRef("gbm", "3"), {"fraud": 0.94, "legit": 0.06}, {"risk": 7.5}
        ),
        evidence=(Evidence("Velocity", "9 payments in an hour.", "https://shop.example/v"),),
        slices={"country": "PT", "segment": "new"},
        occurred_at=FRIDAY - timedelta(days=3),
        origin=Origin.SYNTHETIC,
        recommended_action="Block the card.",
        intent="To ship today.",
        group="run-17",
        due_in=timedelta(hours=1),
    )
    routing = replace(
        case.routing,
        reasons=(f"tier high applies: {RULE}", "confidence 0.94 is below 0.95 (tier high)"),
        calibrated=0.71,
        calibrator_version="51d0c7be9a42",
        threshold=0.95,
        certificate_id="certificate_1",
        due_in=timedelta(hours=1),
        quorum=3,
    )
    doubts = (Abstention(case.case_id, CAROL, FRIDAY, "The invoice cannot be read."),)
    return replace(
        case, routing=routing, abstentions=doubts, assigned_to=BEN, snoozed_until=FRIDAY + timedelta(9)
    )


def _poor(workspace: Workspace) -> Case:
    """A case of which almost nothing is known."""
    prediction = Prediction("fraud", None, GBM)
    return workspace.world.open(external_id="1", input=CaseInput(), prediction=prediction)


def _answered(case: Case, method: Method = Method.SINGLE) -> Case:
    """The case decided twice, so that a correction shows."""
    label = Label(
        "label_1", case.case_id, ANN, 1, chosen("legit"), FRIDAY, Via.BUTTON, 1, Rationale("Known.", "amount")
    )
    voters = () if method is Method.EXPIRED else (ANN,)
    decisions = tuple(
        Decision(
            f"dec_{number}", case.case_id, number, chosen(key), method, FRIDAY, "8c1f20ab77de", 1, voters
        )
        for number, key in enumerate(("fraud", "legit"), 1)
    )
    return replace(case, status=CaseStatus.DECIDED, labels=(label,), decisions=decisions)


def _messages(workspace: Workspace, case: Case, task: Task, tier: Tier | None) -> Iterator[Message]:
    states = (
        case,
        replace(case, due_at=FRIDAY - timedelta(days=2)),
        replace(case, status=CaseStatus.DISPUTED),
        replace(case, status=CaseStatus.EXPIRED),
        *(_answered(case, method) for method in Method if method in SHOWN_METHODS),
        *(replace(case, routing=replace(case.routing, **change)) for change in CHANCES),
        *_contested(case),
    )
    for state in states:
        for now in (FRIDAY, FRIDAY + timedelta(hours=1)):
            yield case_message(state, task, tier, now, NAMES, version=2, contest_for=timedelta(days=2))
    yield case_message(case, task, tier, FRIDAY, NAMES, has_picture=False)


def _contested(case: Case) -> tuple[Case, ...]:
    """The case with an objection that waits, and with objections of which something came."""
    done = _answered(case, Method.ADJUDICATED)
    first, last = (Contest(case.case_id, BEN, number, 1, FRIDAY, "Paid twice.") for number in (1, 2))
    waiting = replace(done, status=CaseStatus.OPEN, contests=(last,))
    upheld = replace(done, decisions=(done.decisions[1], replace(done.decisions[1], sequence=2)))
    return (
        waiting,
        replace(waiting, status=CaseStatus.DISPUTED),
        replace(done, contests=(first,)),
        replace(upheld, contests=(first,)),
        replace(_answered(case, Method.OVERRIDDEN), contests=(replace(first, is_override=True),)),
    )


SHOWN_METHODS = tuple(Method)
CHANCES = (
    {"is_audit": True, "inclusion_probability": 0.02},
    {"unreadable": "amount is text, a number is needed"},
    {"is_novel": True, "reasons": ("unlike anything labeled: amount lies outside 1 to 10, and tier high …",)},
)


def _windows(case: Case, task: Task, tier: Tier | None) -> Iterator[JsonObject]:
    for draft in (review_windows.Draft(), review_windows.Draft("legit", "x" * 2_500, is_correction=True)):
        yield review_windows.label_view(case, task, SCREEN, draft)
    for is_decisive in (False, True):
        decided = _answered(case)
        yield review_windows.contest_view(decided, task, decided.decisions[-1], SCREEN, is_decisive)
    yield review_windows.abstain_view(case, task, SCREEN)
    yield review_windows.escalate_view(case, task, SCREEN)
    yield review_windows.reassign_view(SCREEN)
    yield review_windows.snooze_view(SCREEN)
    yield review_windows.hand_over_view(SCREEN)
    yield read_windows.input_view(case, task, 0, SCREEN)
    for change in ({}, *CHANCES):
        yield read_windows.why_view(
            replace(case, routing=replace(case.routing, **change)), task, tier, SCREEN
        )


def _outcomes(case: Case) -> Iterator[outcomes.Outcome]:
    label = _answered(case).labels[0]
    place = outcomes.ReplyPlace(CHANNEL_ID, "1.1", "1.2")
    yield outcomes.RecordedAct(replace(case, labels=(label,)), label)
    yield outcomes.AlreadyDecided(_answered(case))
    yield outcomes.AlreadyDecided(_answered(case, Method.EXPIRED))
    yield outcomes.AlreadyDecided(replace(case, status=CaseStatus.EXPIRED))
    yield outcomes.RationaleNeeded(case, "legit")
    yield outcomes.UndoTooLate(case)
    yield outcomes.NothingToUndo(case)
    yield outcomes.Snooze(case, FRIDAY)
    yield outcomes.MeaningQuestion(case, "legit?", place)
    for is_deleted in (False, True):
        doubted = replace(place, is_deleted=is_deleted)
        yield outcomes.InDoubt(
            case, ANN, "fraud", "hm, legit", ("legit",), has_undo=is_deleted, reply=doubted
        )
    yield outcomes.KeptAnswer(case, "legit")


def _private(workspace: Workspace, case: Case) -> Iterator[Message]:
    answers = PrivateAnswers(workspace.world.policy, NAMES)
    yield from filter(None, map(answers.answer, _outcomes(case)))
    act = outcomes.RecordedAct(case, _answered(case).labels[0])
    for happened in (act, outcomes.RepeatedAct(case)):
        message = receipt(workspace.world.ctx, happened)
        assert message is not None
        yield message
    yield typed_receipt(workspace.world.ctx, outcomes.RecordedAct(case))
    yield help_message()
    yield unknown_message("foo", "next")


def _lists(case: Case, task: Task) -> Iterator[Message]:
    listed = WaitingCase(case, task, CHANNEL_ID, "1.1", is_mine=True, trouble="Invite the bot.")
    for waiting in (0, 1, 17):
        cases = (listed,) * min(waiting, 10)
        board = Board(
            cases, waiting, LabelTotals(1, 2, 1), FRIDAY + timedelta(days=1), is_partial=waiting == 17
        )
        for shown in (queue_message, mine_message, next_message):
            yield shown(board, lambda _: "https://example.slack.com/archives/C1/p1")
        yield direct_answer(next_message(board, lambda _: None))
        view = home_view(board, lambda _: None)
        assert view_violations(view) == ()
        yield Message("", tuple(view["blocks"]))


def _notices(case: Case, task: Task) -> Iterator[Message]:
    objection = StatedAnswer(BEN.user_id, "Fraud", "Paid twice.", is_objection=True)
    link = "https://example.slack.com/archives/C1/p1"
    named = NamedCase(case, task.question, link, task.hours, statements=(objection,))
    for occasion in Occasion:
        for place in Place:
            for count, late in ((1, 0), (2, 9), (12, 9)):
                notice = Notice(
                    occasion,
                    place,
                    (case.case_id,) * count,
                    (ANN.user_id,),
                    CHANNEL_ID,
                    "Look here.",
                )
                now = FRIDAY + timedelta(days=late)
                yield notice_message(notice, [named] * min(count, 10), count, now)


def _sentences(workspace: Workspace, case: Case, tier: Tier | None) -> Iterator[str]:
    task = workspace.world.policy.task("fraud")
    messages = [
        *_messages(workspace, case, task, tier),
        *_private(workspace, case),
        *_lists(case, task),
        *_lists(_contested(case)[0], task),
        *_notices(case, task),
        *_notices(_contested(case)[1], task),
    ]
    for message in messages:
        assert message_violations(message.payload()) == () or message.text == ""
        yield message.text
        yield from texts_of(message.blocks)
    for view in _windows(case, task, tier):
        assert view_violations(view) == ()
        yield from texts_of(view)


def _tier(**changes: object) -> Tier:
    values = {"name": "high_value", "channel": "fraud", "accept_above": 0.95, "due_in": "4h", "when": RULE}
    return Tier.model_validate({**values, **changes})


TIERS: dict[str, Callable[[], Tier | None]] = {
    "rule": _tier,
    "sentence": lambda: _tier(because="payments above 1,000 are always looked at"),
    "promise": lambda: _tier(accept_above={"error": 0.02, "confidence": 0.95}),
    "always": lambda: _tier(accept_above="always_review"),
    "odd": lambda: _tier(when='input.text.matches("^a+$") || size(input.fields) > 3'),
    "gone": lambda: None,
}


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("make", [_rich, _poor])
def test_experts_read_no_word_of_the_report_no_id_no_other_zone_and_no_expression(
    workspace: Workspace, make: Callable[[Workspace], Case], tier: str
) -> None:
    sentences = {
        HIDDEN.sub("§", sentence) for sentence in _sentences(workspace, make(workspace), TIERS[tier]())
    }
    assert len(sentences) > 100
    assert_plain(sentences, (*LEADS_TOO, EXPRESSION))


def test_the_walk_would_find_each_of_them() -> None:
    for pattern, words in (
        (REPORTED, "auto-accepted by the tier"),
        (OUR_ID, "case_2x, 51d0c7be9a42"),
        (UTC, "2026-11-20 10:00 UTC"),
        (EXPRESSION, "input.fields.amount > 3"),
        (SLOPPY, "pixels., due"),
    ):
        assert pattern.search(words)
    assert list(texts_of({"a": [{"text": {"text": "x", "type": "plain_text"}}]})) == ["x"]
    assert HIDDEN.sub("§", "by <@U0ANN> <!date^1^{time}|2026-11-20 10:00 UTC>") == "by § §"
