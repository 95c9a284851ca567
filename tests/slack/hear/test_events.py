"""Events: replies in threads, deleted messages, people and channels that come and go, the Home tab."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack.blocks.message import Message
from routing.case.case import CaseStatus
from routing.policy import load_policy
from storage import audit, experts
from storage.delivery import channel_readings, holds, projections
from tests.slack.workspace import Workspace, action_ids, click_payload, make_workspace
from tests.worlds.clocks import FRIDAY
from tests.worlds.people import ANN, CHANNEL, STRANGER, TEAM
from tests.worlds.policies import DESK

BOT = "U0BOT"


def test_a_thread_reply_is_an_answer(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.world.post(case, "1.1")

    acked = workspace.reply("legit: the address matches")

    decision = workspace.world.case(case.case_id).decision
    assert acked.status == 200
    assert decision is not None
    assert decision.label == "legit"


def test_the_same_event_sent_again_counts_once(workspace: Workspace) -> None:
    case = workspace.world.open("team", "help")
    workspace.world.post(case, "1.1")

    for _ in range(3):
        workspace.reply("help: broken", own_ts="5.0")

    assert len(workspace.world.case(case.case_id).labels) == 1


def test_an_unclear_reply_is_asked_back_privately_with_the_labels(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.world.post(case, "1.1")

    workspace.reply("I think fraud, the address does not match")

    ((channel_id, person, question, thread_ts),) = workspace.gateway.ephemerals
    assert (channel_id, person, thread_ts) == (CHANNEL, ANN.user_id, "1.1")
    assert action_ids(question) == ["answer:0", "answer:1"]

    payload = click_payload(question, "answer:1", ANN, None, "6.6")
    payload["container"]["is_ephemeral"] = True
    workspace.interact(payload)

    label = workspace.world.case(case.case_id).labels[0]
    assert label.label == "legit"
    assert label.rationale is not None
    assert label.rationale.text == "I think fraud, the address does not match"


def edit_of(text: str, was: str, **more: object) -> dict[str, object]:
    """Slack's event for a reply in the thread that was changed; a preview is such a change, too."""
    said = {"type": "message", "user": ANN.user_id, "team": TEAM, "ts": "5.5", "thread_ts": "1.1"}
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": CHANNEL,
        "ts": "6.1",
        "message": said | {"text": text} | more,
        "previous_message": said | {"text": was},
    }


def test_a_thread_reply_counts_as_it_reads_after_an_edit(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.world.post(case, "1.1")
    workspace.reply("legit: the adress matches", own_ts="5.5")

    workspace.event(
        edit_of(
            "fraud: the address is a hotel's",
            "legit: the adress matches",
            edited={"user": ANN.user_id, "ts": "6.0"},
        )
    )

    assert [one.label for one in workspace.world.case(case.case_id).decisions] == ["legit", "fraud"]


def test_an_edit_that_does_not_tell_what_was_written_doubles_no_reason(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.world.post(case, "1.1")
    workspace.reply("legit: the adress matches", own_ts="5.5")

    event = edit_of("legit: the address matches", "", edited={"user": ANN.user_id, "ts": "6.0"})
    workspace.event({name: value for name, value in event.items() if name != "previous_message"})

    (label,) = workspace.world.case(case.case_id).labels
    assert label.rationale is not None
    assert label.rationale.text == "the adress matches"


def test_the_preview_of_a_link_is_no_edit(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.world.post(case, "1.1")

    workspace.event(edit_of("fraud: stolen", "fraud: stolen", attachments=[{"title": "A page"}]))
    workspace.event(edit_of("fraud: stolen", "fraud: stolen", edited={"user": ANN.user_id, "ts": "6.0"}))

    assert workspace.world.case(case.case_id).labels == ()


def test_bots_and_messages_outside_threads_are_ignored(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.world.post(case, "1.1")
    said = {"type": "message", "channel": CHANNEL, "user": ANN.user_id, "team": TEAM, "text": "fraud"}
    threaded = said | {"ts": "5.5", "thread_ts": "1.1"}

    for event in (
        said | {"ts": "5.5"},
        threaded | {"bot_id": "B9"},
        threaded | {"user": "U0BOT"},
        threaded | {"subtype": "bot_message"},
        threaded | {"subtype": "message_changed"},
        said | {"ts": "1.1", "thread_ts": "1.1"},
    ):
        assert workspace.event(event).status == 200

    assert workspace.world.case(case.case_id).labels == ()


def test_a_deleted_message_is_wanted_again(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.world.post(case, "1.1")

    workspace.event(
        {
            "type": "message",
            "subtype": "message_deleted",
            "channel": CHANNEL,
            "deleted_ts": "1.1",
            "ts": "9.9",
        }
    )

    with workspace.world.database.read() as tx:
        assert projections.of_case(tx, case.case_id)[0].ts is None
    assert workspace.woken.is_set()


def test_joining_and_leaving_the_channel_counts_at_once(workspace: Workspace) -> None:
    case = workspace.world.open()
    person = {"user": STRANGER.user_id, "channel": CHANNEL, "team": TEAM}

    workspace.event({"type": "member_joined_channel", **person})
    workspace.event({"type": "member_left_channel", **person, "user": ANN.user_id})
    workspace.click(workspace.shown(case), "answer:0", expert=ANN)
    assert workspace.world.case(case.case_id).status is CaseStatus.OPEN
    workspace.click(workspace.shown(case), "answer:0", expert=STRANGER)

    with workspace.world.database.read() as tx:
        assert ANN not in experts.members(tx, f"channel:{CHANNEL}")
    assert workspace.world.case(case.case_id).status is CaseStatus.DECIDED


def test_a_channels_end_goes_on_record(workspace: Workspace) -> None:
    workspace.event({"type": "channel_archive", "channel": CHANNEL, "user": ANN.user_id})
    workspace.event({"type": "channel_rename", "channel": {"id": CHANNEL, "name": "new"}})
    workspace.event({"type": "group_deleted", "channel": CHANNEL})

    with workspace.world.database.read() as tx:
        actions = [entry.action for entry in audit.of_subject(tx, CHANNEL, 10)]
    assert actions == ["channel.archived", "channel.renamed", "channel.deleted"]


def test_the_home_tab_lists_what_waits_soonest_due_first(workspace: Workspace) -> None:
    first = workspace.world.open()
    workspace.world.post(first, "1.1")
    workspace.world.open("topic", "a")

    workspace.event({"type": "app_home_opened", "user": ANN.user_id, "channel": "D1", "tab": "home"})

    view = json.dumps(workspace.gateway.homes[ANN.user_id])
    assert view.index("Is this payment fraud?") < view.index("What is it about?")
    assert "p11" in view
    assert "You have not answered a case yet." in view


def test_a_strangers_home_tab_is_empty(workspace: Workspace) -> None:
    workspace.world.open()

    workspace.event({"type": "app_home_opened", "user": STRANGER.user_id, "channel": "D1", "tab": "home"})
    workspace.event({"type": "app_home_opened", "user": ANN.user_id, "channel": "D1", "tab": "messages"})

    assert "Nothing waits for you" in json.dumps(workspace.gateway.homes[STRANGER.user_id])
    assert ANN.user_id not in workspace.gateway.homes


def test_slack_is_asked_to_prove_the_address_by_url_verification(workspace: Workspace) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c0de", "token": "t"})

    answer = workspace.dispatch(body, "application/json")

    assert json.loads(answer.body) == {"challenge": "c0de"}


def _asked(workspace: Workspace, task: str, predicted: str, text: str) -> Message:
    workspace.world.post(workspace.world.open(task, predicted), "1.1")
    workspace.reply(text)
    ((_, _, question, _),) = workspace.gateway.ephemerals
    return question


@pytest.mark.parametrize("text", ['why fraud "\\"\\"\\" ' * 300, "fraud " + "ü" * 4_000])
def test_the_question_about_a_long_reply_keeps_to_slacks_limits(workspace: Workspace, text: str) -> None:
    question = _asked(workspace, "fraud", "fraud", text)
    assert action_ids(question) == ["answer:0", "answer:1"]


def test_the_question_offers_four_labels_as_buttons_that_keep_the_reason(workspace: Workspace) -> None:
    question = _asked(workspace, "topic", "a", "it is C, the third of them, I think")
    assert action_ids(question) == ["answer:0", "answer:1", "answer:2", "answer:3"]

    payload = click_payload(question, "answer:2", ANN, None, "6.6")
    payload["container"]["is_ephemeral"] = True
    workspace.interact(payload)

    (label,) = workspace.world.case("case_1").labels
    assert label.rationale is not None
    assert (label.label, label.rationale.text) == ("c", "it is C, the third of them, I think")


def test_a_deleted_message_with_replies_is_wanted_again(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.world.post(case, "1.1")
    tombstone = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": "1.1", "hidden": True}

    workspace.event(
        {"type": "message", "subtype": "message_changed", "channel": CHANNEL, "message": tombstone}
    )

    with workspace.world.database.read() as tx:
        (shown,) = projections.of_case(tx, case.case_id)
    assert shown.ts is None


def test_of_many_labels_the_window_keeps_the_reason(workspace: Workspace) -> None:
    world = workspace.world
    labels = "".join(f'{{name = "l{n}", description = "d", example = "e"}},' for n in range(9))
    many = DESK.replace('  {name = "d", description', f'  {labels}\n  {{name = "d", description')
    workspace = make_workspace(replace(world, policy=load_policy(many, "policy.toml")))

    question = _asked(workspace, "topic", "a", "it is C, the third of them, I think")
    assert action_ids(question) == ["choose", "label"]
    assert "Choose an answer" in json.dumps(question.blocks)
    payload = click_payload(question, "label", ANN, None, "6.6")
    payload["container"]["is_ephemeral"] = True
    workspace.interact(payload)

    assert "it is C, the third of them, I think" in json.dumps(workspace.gateway.views[0])


@pytest.mark.parametrize("kind", ["reaction_added", "app_mention", "team_join"])
def test_an_event_that_means_nothing_here_is_acknowledged_and_not_sent_again(
    workspace: Workspace, kind: str
) -> None:
    assert workspace.event({"type": kind, "user": ANN.user_id}).status == 200


def held(workspace: Workspace, case_id: str) -> None:
    """The channel refuses the case's message, and is not looked at again for an hour."""
    ctx = workspace.world.ctx
    with ctx.database.write() as tx:
        claim = projections.claim(tx, "p1", FRIDAY, timedelta(seconds=30), timedelta(seconds=1))
        assert claim is not None
        assert claim.projection.case_id == case_id
        projections.hold(tx, claim, FRIDAY, FRIDAY, "(not_in_channel) Invite the bot.")
        holds.hold(
            tx, CHANNEL, FRIDAY, "(not_in_channel) Invite the bot.", timedelta(hours=1), timedelta(hours=1)
        )


def may_be_posted(workspace: Workspace) -> bool:
    with workspace.world.ctx.database.write() as tx:
        return projections.claim(tx, "p2", FRIDAY, timedelta(seconds=30), timedelta(seconds=1)) is not None


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"type": "member_joined_channel", "user": BOT, "team": TEAM}, True),
        ({"type": "channel_unarchive", "user": ANN.user_id}, True),
        ({"type": "group_unarchive", "user": ANN.user_id}, True),
        ({"type": "channel_rename", "channel": {"id": CHANNEL, "name": "new"}}, True),
        ({"type": "member_joined_channel", "user": ANN.user_id, "team": TEAM}, False),
        ({"type": "channel_archive", "user": ANN.user_id}, False),
    ],
    ids=lambda one: one["type"] if isinstance(one, dict) else str(one),
)
def test_what_tells_of_a_repair_ends_the_wait_of_the_channel(
    workspace: Workspace, event: dict[str, object], *, expected: bool
) -> None:
    held(workspace, workspace.world.open().case_id)
    assert not may_be_posted(workspace)
    workspace.event({"channel": CHANNEL, **event})
    assert may_be_posted(workspace) is expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"type": "member_joined_channel", "user": BOT, "team": TEAM}, [(CHANNEL, BOT)]),
        ({"type": "group_unarchive", "user": ANN.user_id}, [(CHANNEL, BOT)]),
        ({"type": "member_joined_channel", "user": BOT, "team": TEAM, "channel": "C0NOCASES"}, []),
        ({"type": "member_joined_channel", "user": ANN.user_id, "team": TEAM}, []),
    ],
    ids=["invited", "unarchived", "elsewhere", "somebody else"],
)
def test_what_was_written_in_a_channel_without_the_bot_is_to_be_read(
    workspace: Workspace, event: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    workspace.world.post(workspace.world.open(), "1.1")
    workspace.event({"channel": CHANNEL, **event})
    with workspace.world.ctx.database.write() as tx:
        claim = channel_readings.claim(tx, "p1", FRIDAY, timedelta(seconds=30))
    assert [(str(one.channel_id), one.bot_user_id) for one in [claim] if one] == expected


def test_what_died_of_the_missing_invitation_comes_back_with_it(workspace: Workspace) -> None:
    case = workspace.world.open()
    with workspace.world.ctx.database.write() as tx:
        claim = projections.claim(tx, "old", FRIDAY, timedelta(seconds=30), timedelta(0))
        assert claim is not None
        projections.bury(tx, claim, "Slack refuses this call. (not_in_channel) Invite the bot.")
    workspace.event({"type": "member_joined_channel", "user": BOT, "team": TEAM, "channel": CHANNEL})
    with workspace.world.ctx.database.read() as tx:
        (row,) = projections.of_case(tx, case.case_id)
    assert row.dead_reason is None
