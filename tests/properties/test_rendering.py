"""Every message and window, from any valid case, is inside Slack's limits and interprets nothing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.slack.blocks.message import JsonObject, Message
from bot.slack.limits import message_violations, view_violations
from bot.slack.show import read_windows, review_windows
from bot.slack.show.case_message import case_message
from bot.slack.show.home import home_view, mine_message, next_message
from bot.slack.show.private_answers import PrivateAnswers, say
from bot.usecases.review.outcome import (
    AlreadyDecided,
    MeaningQuestion,
    NotAllowed,
    RationaleNeeded,
    RecordedAct,
)
from bot.usecases.review.screen import Screen
from bot.usecases.review.worklist import Board, LabelTotals, WaitingCase
from routing.case.case import Case, CaseStatus
from routing.case.contest import Contest
from routing.case.decision import Decision, Method
from routing.label import ExpertConfidence, ExpertId, Label, Rationale, Via
from routing.policy import LabelSpec, Task, Tier
from routing.prediction import CaseInput, Evidence, Image, ModelRef, Origin, Prediction, Submission
from routing.rationale_rule import RationaleRule
from routing.routing import Disposition, Routing
from routing.slack_channel import ChannelId
from tests.answers import chosen

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TIER = Tier(
    name="t", channel="c", accept_above="always_review", due_in=timedelta(hours=1), adjudicators=("U0CAROL",)
)
EXPERT = ExpertId("T1", "U1")
OURS = re.compile(r"<!date\^\d+\^\{date_short_pretty\} at \{time\}\|[0-9: UTC-]+>|<@[UW][A-Z0-9_]+>")
ENTITY = re.compile(r"&(?:amp|lt|gt);")
HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff\u0000-\u0009\u000b-\u001f]")
NASTY = (
    "<!channel> <@U1> <http://evil.example|bank> &amp; *b* _i_ ~s~ `c` ```p``` >q",
    "\u202etxet desrever\u202c \u200b\ufeff\u0000\u001b[31m",
    "e" + "\u0301" * 300,
    "w" * 700,
    "😀👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿" * 60,
    "مرحبا بالعالم " * 60,
    "\n" * 300 + "x",
    "line\r\nline\u2028line\u0085",
    "漢" * 700,
    " ",
    "",
)
ANY = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=60),
    st.text(st.characters(codec="utf-8"), max_size=300),
)
FILLED = ANY.filter(lambda text: bool(text.strip()))
NAME = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=75).map(
    lambda text: text.strip() or "x"
)
URL = st.one_of(
    st.none(),
    st.just("https://example.com/page?a=1&b=<2>"),
    st.just("javascript:alert(1)"),
    st.just("https://bank.example@evil.example/"),
    st.just("https://xn--pple-43d.com/"),
    st.just("https://аpple.com/"),
    st.just("http://[::1"),
    st.just("https://e.com/" + "x" * 3_000),
    ANY,
)
SCALAR = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), ANY)


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """Any task the policy accepts, of 2 to 102 labels: from the 101st on the bot loads them."""
    count = draw(st.sampled_from([2, 3, 4, 10, 100, 101, 102]))
    long_names = st.one_of(NAME, st.just("漢" * 200), st.just("\\" * 200), st.just("n" * 199 + "<"))
    names = draw(st.lists(long_names, min_size=count, max_size=count, unique=True))
    line = st.one_of(NAME, st.just("d" * 300), st.just("<!here> & co"))
    specs = tuple(
        LabelSpec.model_construct(
            name=name, description=draw(line) if number < 5 else "d" * 300, example="e", title=None
        )
        for number, name in enumerate(names)
    )
    return Task.model_construct(
        name="task",
        question=draw(st.one_of(NAME, st.just("Is it <!channel> & fraud? " * 11))),
        kind="choice",
        labels=specs,
        guideline=draw(st.sampled_from([None, "https://example.com/g"])),
        rationale=draw(st.sampled_from(RationaleRule)),
        reason_codes=tuple(draw(st.lists(NAME, max_size=5, unique=True))),
        hours=None,
        tiers=(TIER,),
    )


@st.composite
def submissions(draw: st.DrawFn, task: Task) -> Submission:
    """Anything a service may post."""
    label = draw(st.sampled_from(task.label_names))
    others = [name for name in task.label_names if name != label]
    probabilities: Mapping[str, float] = {label: 0.6, **dict.fromkeys(others, 0.4 / len(others))}
    image = Image(draw(ANY), draw(URL), None) if draw(st.booleans()) else None
    found = CaseInput(
        text=draw(st.one_of(st.none(), ANY, st.builds(str.__mul__, ANY, st.integers(0, 30)))),
        fields=draw(st.dictionaries(ANY, SCALAR, max_size=12)),
        link=draw(URL),
        image=image,
    )
    model = ModelRef(draw(FILLED), draw(FILLED))
    confidence = draw(st.floats(0, 1))
    return Submission(
        service="svc",
        external_id=draw(FILLED),
        task="task",
        input=found,
        prediction=Prediction(label, confidence, model, draw(st.sampled_from([None, probabilities]))),
        occurred_at=NOW,
        origin=Origin.PRODUCTION,
        evidence=tuple(
            Evidence(draw(ANY), draw(st.one_of(st.none(), ANY)), draw(URL))
            for _ in range(draw(st.integers(0, 6)))
        ),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Case, Task]:
    """A case in any state, with labels, rationales and decisions."""
    task = draw(tasks())
    case = Case(
        case_id="case_" + "a" * 32,
        submission=draw(submissions(task)),
        routing=Routing(
            disposition=Disposition.REVIEW,
            tier=draw(st.sampled_from(["t", "gone-" + "x" * 59])),
            channel="c",
            quorum=draw(st.integers(1, 3)),
            due_in=timedelta(hours=4),
            inclusion_probability=draw(st.floats(0, 1, exclude_min=True)),
            is_audit=draw(st.booleans()),
            reasons=tuple(draw(st.lists(ANY, max_size=6))),
        ),
        policy_version="0123456789ab",
        opened_at=NOW,
        due_at=NOW + timedelta(hours=draw(st.integers(-9, 9))),
        status=draw(st.sampled_from(CaseStatus)),
        assigned_to=draw(st.sampled_from([None, EXPERT])),
        snoozed_until=draw(st.sampled_from([None, NOW + timedelta(hours=1)])),
    )
    rationale = draw(st.one_of(st.none(), st.builds(Rationale, ANY, st.one_of(st.none(), NAME))))
    answers = st.sampled_from([*task.label_names, "a label that left the policy"])
    people = [ExpertId("T1", f"U{number}") for number in range(draw(st.integers(0, 8)))]
    labels = tuple(
        Label(
            f"l{n}",
            case.case_id,
            person,
            1,
            chosen(draw(answers)),
            NOW,
            Via.MODAL,
            1,
            rationale,
            ExpertConfidence.LOW,
        )
        for n, person in enumerate(people)
    )
    decisions = tuple(
        Decision(f"d{n}", case.case_id, n + 1, chosen(draw(answers)), method, NOW, "p", 1, tuple(people))
        for n, method in enumerate(draw(st.lists(st.sampled_from(Method), min_size=1, max_size=8)))
    )
    contests = tuple(
        Contest(case.case_id, person, draw(st.integers(1, len(decisions))), len(labels), NOW, draw(ANY))
        for person in people[: draw(st.integers(0, 5))]
    )
    return replace(case, labels=labels, decisions=decisions, contests=contests), task


def _objects(value: Any) -> Iterator[JsonObject]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _objects(item)
    if isinstance(value, list | tuple):
        for item in value:
            yield from _objects(item)


def assert_nothing_is_interpreted(text: str) -> None:
    """No pings, links or markup but ours, no bare entities, nothing hidden."""
    rest = OURS.sub("", text)
    assert "<" not in rest
    assert ">" not in rest
    assert "&" not in ENTITY.sub("", rest)
    assert HIDDEN.search(text) is None


def assert_is_safe(blocks: Any) -> None:
    """Texts from cases are in rich text and plain text only; links are real; nothing is hidden."""
    for found in _objects(blocks):
        kind, text = found.get("type"), found.get("text")
        if kind == "mrkdwn":
            assert_nothing_is_interpreted(found["text"])
        if kind == "link":
            assert re.match(r"https?://", found["url"])
            assert found["text"].isprintable()
            assert found["text"].strip("… ↗").isascii()
        if isinstance(text, str):
            assert HIDDEN.search(text) is None
            assert not re.search("[\u0300-\u036f]{4}", text)


def assert_message(message: Message) -> None:
    """The message may be sent."""
    assert message_violations(message.payload()) == ()
    assert_nothing_is_interpreted(message.text)
    assert_is_safe(message.blocks)


def assert_view(view: JsonObject) -> None:
    """The window or Home tab may be opened."""
    assert view_violations(view) == ()
    assert_is_safe(view["blocks"])
    assert len(str(view)) < 200_000


slow = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)


@slow
@given(cases(), st.dictionaries(st.just(EXPERT), ANY), st.sampled_from([None, "F123"]))
def test_every_message_of_a_case_is_inside_the_limits_and_safe(
    found: tuple[Case, Task], names: dict[ExpertId, str], file_id: str | None
) -> None:
    case, task = found

    message = case_message(
        case,
        task,
        task.tiers[0],
        NOW,
        names,
        version=999_999_999,
        image_file_id=file_id,
        contest_for=timedelta(days=1),
    )

    assert_message(message)
    assert set(message.metadata) == {"case_id", "version"}


@slow
@given(cases(), ANY, st.integers(0, 40))
def test_every_window_of_a_case_is_inside_the_limits_and_safe(
    found: tuple[Case, Task], written: str, page: int
) -> None:
    case, task = found
    place = Screen(case.case_id, 999_999_999, ChannelId.parse("C" * 21), "1234567890.123456")
    draft = review_windows.Draft(task.label_names[-1], written, is_correction=True)

    for view in (
        review_windows.label_view(case, task, place, draft),
        review_windows.label_view(case, task, place, review_windows.Draft()),
        review_windows.contest_view(case, task, case.decisions[-1], place, bool(page % 2)),
        review_windows.abstain_view(case, task, place),
        review_windows.escalate_view(case, task, place),
        review_windows.reassign_view(place),
        review_windows.snooze_view(place),
        review_windows.hand_over_view(place),
        read_windows.input_view(case, task, page, place),
        read_windows.why_view(case, task, TIER, place),
    ):
        assert_view(view)


@slow
@given(cases(), ANY, st.sampled_from([None, "https://example.slack.com/archives/C1/p1"]))
def test_every_private_answer_list_and_home_is_inside_the_limits_and_safe(
    found: tuple[Case, Task], written: str, link: str | None
) -> None:
    case, task = found
    fields = {"tasks": {"task": task}, "undo_for": timedelta(minutes=10), "contest_for": timedelta(days=1)}
    policy: Any = type("P", (), fields)()
    private = PrivateAnswers(policy, {EXPERT: written})
    outcomes = (
        AlreadyDecided(case),
        RecordedAct(case, case.labels[0] if case.labels else None),
        RationaleNeeded(case, task.label_names[0]),
        NotAllowed(written or "no"),
        MeaningQuestion(case, written),
    )
    board = Board(
        (WaitingCase(case, task, ChannelId("", "C1"), "1.1", True),) * 10, 200, LabelTotals(1, 2, 1), NOW, 20
    )

    told = [message for outcome in outcomes if (message := private.answer(outcome))]
    for message in (*told, say(written), mine_message(board, lambda _: link)):
        assert_message(message)
    assert message_violations(next_message(board, lambda _: link).payload()) == ()
    assert_view(home_view(board, lambda _: link))


@slow
@given(cases())
def test_show_all_shows_every_visible_word_of_the_input(found: tuple[Case, Task]) -> None:
    case, task = found

    shown = "".join(passage.text for passage in read_windows.input_passages(case, task))

    for word in (case.submission.input.text or "").split():
        if word.isascii() and word.isprintable():
            assert word in shown
