"""The listeners over the local Slack, by signed HTTP and by Socket Mode."""

from collections.abc import Iterator

import pytest

from routing.case.case import CaseStatus
from routing.label import Via
from storage.engine.database import Database
from tests.patience import PATIENCE
from tests.slack.local_slack import LocalSlack, connected
from tests.worlds.desk import make_world
from tests.worlds.people import ANN, BEN, CHANNEL, STRANGER


@pytest.fixture(params=["http", "socket"])
def local(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[LocalSlack]:
    """The bot behind each transport."""
    database = Database(sqlite_url)
    with connected(make_world(database), request.param) as running:
        yield running
    database.dispose()


def test_a_click_is_acked_after_it_was_recorded(local: LocalSlack) -> None:
    case = local.world.open()
    ts = local.post(case)

    acked = local.click(ts, "answer:0")

    assert acked == {"ok": True}
    assert local.world.case(case.case_id).status is CaseStatus.DECIDED


def test_late_clicks_and_strangers_are_told_privately(local: LocalSlack) -> None:
    case = local.world.open()
    ts = local.post(case)
    local.click(ts, "answer:0")

    local.click(ts, "answer:0", BEN.user_id)

    assert "Already decided" in local.wait_for_private(BEN.user_id)[0]
    assert local.sandbox.state.ephemerals_of(STRANGER.user_id) == []


def test_an_override_is_answered_in_the_window_that_opens(local: LocalSlack) -> None:
    case = local.world.open()
    ts = local.post(case)

    assert local.click(ts, "answer:1") == {"ok": True}
    (view,) = local.look("state")["modals"]
    radio = {"type": "radio_buttons", "selected_option": {"value": "legit"}}
    empty = {"label": {"label": radio}, "rationale": {"rationale": {"value": ""}}}
    filled = {"label": {"label": radio}, "rationale": {"rationale": {"value": "address matches"}}}
    refused = local.page("view/submit", view_id=view["id"], state={"values": empty})
    saved = local.page("view/submit", view_id=view["id"], state={"values": filled})

    assert list(refused["errors"]) == ["rationale"]
    assert saved["closed"] is True
    (label,) = local.world.case(case.case_id).labels
    assert (label.label, label.via) == ("legit", Via.MODAL)


def test_a_thread_reply_is_recorded_and_an_unclear_one_asked_back(local: LocalSlack) -> None:
    first, second = local.world.open(), local.world.open()
    first_ts, second_ts = local.post(first), local.post(second)

    local.page("message", channel=CHANNEL, text="legit: known customer", thread_ts=first_ts)
    local.page("message", BEN.user_id, channel=CHANNEL, text="odd amount, fraud?", thread_ts=second_ts)

    assert local.sandbox.wait_idle()
    decision = local.world.case(first.case_id).decision
    assert decision is not None
    assert decision.label == "legit"
    assert "Is this an answer?" in local.wait_for_private(BEN.user_id)[0]


def test_the_command_answers_privately(local: LocalSlack) -> None:
    local.post(local.world.open())

    assert local.page("command", channel=CHANNEL, command="/secondlook", text="next")["ok"]

    assert "Is this payment fraud?" in local.wait_for_private("U0ANN")[0]


def test_the_home_tab_shows_what_waits(local: LocalSlack) -> None:
    local.post(local.world.open())

    local.page("home")

    assert local.sandbox.state.wait_for(lambda state: state.homes.get("U0ANN") is not None, PATIENCE)
    assert "Cases that wait for you" in str(local.look("state")["home"])


def test_an_answered_private_question_has_no_buttons_any_more(local: LocalSlack) -> None:
    case = local.world.open()
    ts = local.post(case)
    local.page("message", channel=CHANNEL, thread_ts=ts, text="hm, maybe legit")
    local.wait_for_private(ANN.user_id)
    (question,) = local.sandbox.state.ephemerals_of(ANN.user_id)
    block = next(one for one in question.blocks or [] if one["type"] == "actions")
    element = block["elements"][1]

    local.page(
        "action",
        channel=CHANNEL,
        ts=question.ts,
        type="button",
        **{name: element[name] for name in ("action_id", "value")},
        block_id=block["block_id"],
    )

    assert local.sandbox.state.wait_for(lambda _: "is recorded" in question.text, PATIENCE)
    assert [one["type"] for one in question.blocks or []] == ["section"]
    assert [label.label for label in local.world.case(case.case_id).labels] == ["legit"]
