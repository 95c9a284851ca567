"""A workspace for tests: records what the bot sends, and signs what Slack sends to the bot."""

import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

from slack_bolt import App, BoltRequest, BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.slack.api.gateway import HistoryPage, SlackFailure, SlackPermanent, UserInfo
from bot.slack.app import BotIdentity, build_app
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.hear.interactions import Replaying
from bot.slack.limits import message_violations, view_violations
from bot.slack.show.case_message import case_message
from routing.case.case import Case
from routing.evidence.plan import Replayed
from routing.label import ExpertId
from routing.policy import Policy
from routing.slack_channel import ChannelId
from tests.worlds.desk import World
from tests.worlds.people import ANN, CHANNEL, TEAM

SECRET = "signing-secret"
IDENTITY = BotIdentity("U0BOT", "B0BOT")
_numbers = count(1)


class AtOnce(Executor):
    """Runs what comes after an ack before the test goes on."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run it now."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def _checked(message: Message) -> Message:
    assert message_violations(message.payload()) == ()
    return message


@dataclass
class RecordingGateway:
    """Keeps what the bot sends, after checking it against Slack's limits."""

    responses: list[Message] = field(default_factory=list)
    replacements: list[Message | None] = field(default_factory=list)
    response_threads: list[str | None] = field(default_factory=list)
    reactions: list[tuple[str, str, str]] = field(default_factory=list)
    refuses_reactions: str = ""
    ephemerals: list[tuple[str, str, Message, str | None]] = field(default_factory=list)
    directs: list[tuple[str, Message, str | None]] = field(default_factory=list)
    views: list[JsonObject] = field(default_factory=list)
    updated_views: list[JsonObject] = field(default_factory=list)
    homes: dict[str, JsonObject] = field(default_factory=dict)
    refuses: str = ""
    failures: list[SlackFailure] = field(default_factory=list)

    def post(self, channel_id: ChannelId, message: Message, thread_ts: str | None = None) -> str:
        """Keep it, as Slack does in direct messages; listeners post nowhere else."""
        assert channel_id.id.startswith("D")
        self.directs.append((str(channel_id), _checked(message), thread_ts))
        return f"7.{len(self.directs)}"

    def update(self, channel_id: ChannelId, ts: str, message: Message) -> None:
        """Not used by listeners."""
        raise AssertionError(ts)

    def ephemeral(
        self, channel_id: ChannelId, user_id: str, message: Message, thread_ts: str | None = None
    ) -> None:
        """Keep it, or fail."""
        if self.failures:
            raise self.failures.pop(0)
        self.ephemerals.append((str(channel_id), user_id, _checked(message), thread_ts))

    def react(self, channel_id: ChannelId, ts: str, name: str) -> None:
        """Keep it, or refuse as Slack does."""
        if self.refuses_reactions:
            raise SlackPermanent(self.refuses_reactions, "")
        self.reactions.append((str(channel_id), ts, name))

    def respond(self, response_url: str, message: Message, thread_ts: str | None = None) -> None:
        """Keep it."""
        assert response_url.startswith("http")
        if self.failures:
            raise self.failures.pop(0)
        self.responses.append(_checked(message))
        self.response_threads.append(thread_ts)

    def replace(self, response_url: str, message: Message | None) -> None:
        """Keep it."""
        assert response_url.startswith("http")
        if self.failures:
            raise self.failures.pop(0)
        self.replacements.append(message and _checked(message))

    def open_view(self, trigger_id: str, view: JsonObject) -> str:
        """Keep it, or refuse as Slack does."""
        if self.refuses:
            raise SlackPermanent(self.refuses, "")
        assert view_violations(view) == ()
        self.views.append(view)
        return f"V{len(self.views)}"

    def update_view(self, view_id: str, view: JsonObject) -> None:
        """Keep it."""
        assert view_violations(view) == ()
        self.updated_views.append(view)

    def publish_home(self, user_id: str, view: JsonObject) -> None:
        """Keep it."""
        assert view_violations(view) == ()
        self.homes[user_id] = view

    def find_by_attempt(
        self, channel_id: ChannelId, attempt_id: str, since: datetime, thread_ts: str | None = None
    ) -> str | None:
        """Nothing is there."""
        return None

    def history(self, channel_id: ChannelId, before: str | None, since: str) -> HistoryPage:
        """Nothing is there."""
        return HistoryPage((), is_last=True)

    def has_message(self, channel_id: ChannelId, ts: str) -> bool:
        """Nothing is there."""
        return False

    def replies_since(self, channel_id: ChannelId, thread_ts: str, since: datetime) -> tuple[JsonObject, ...]:
        """Nothing is there."""
        return ()

    def upload_image(self, data: bytes, name: str, alt_text: str) -> str:
        """A file id."""
        return "F1"

    def share_file(self, channel_id: ChannelId, thread_ts: str, data: bytes, name: str, title: str) -> str:
        """Not used by listeners."""
        raise AssertionError(name)

    def has_file(self, channel_id: ChannelId, thread_ts: str, name: str) -> bool:
        """Not used by listeners."""
        raise AssertionError(name)

    def members(self, channel_id: ChannelId) -> frozenset[str]:
        """Nobody."""
        return frozenset()

    def group_members(self, group_id: str) -> frozenset[str]:
        """Nobody."""
        return frozenset()

    def user_info(self, user_id: str) -> UserInfo:
        """A person."""
        return UserInfo(user_id, TEAM, user_id, "UTC", True, False, False, False)

    def permalink(self, channel_id: ChannelId, ts: str) -> str:
        """An address."""
        return f"https://example.slack.com/archives/{channel_id}/p{ts.replace('.', '')}"

    def dm(self, user_id: str) -> ChannelId:
        """A channel."""
        return ChannelId("", f"D{user_id}")


@dataclass
class Workspace:
    """A Bolt app over a world, and everything a person can do to it."""

    world: World
    gateway: RecordingGateway
    app: App
    woken: threading.Event

    def shown(self, case: Case, version: int = 1) -> Message:
        """The case's message as it would be seen now."""
        stored = self.world.case(case.case_id)
        task = self.world.policy.task(stored.submission.task)
        names = {ANN: "Ann"}
        return _checked(
            case_message(
                stored,
                task,
                task.tier(stored.tier),
                self.world.clock.now(),
                names,
                version=version,
                contest_for=self.world.policy.contest_for,
            )
        )

    def dispatch(self, body: str, content_type: str) -> BoltResponse:
        """Send a signed request."""
        headers: dict[str, str | Sequence[str]] = {"content-type": content_type, **signed(body)}
        return self.app.dispatch(BoltRequest(body=body, headers=headers))

    def interact(self, payload: JsonObject) -> BoltResponse:
        """Send an interaction."""
        body = urlencode({"payload": json.dumps(payload)})
        return self.dispatch(body, "application/x-www-form-urlencoded")

    def event(self, event: JsonObject, **around: str) -> BoltResponse:
        """Send an event, with what else Slack says around it."""
        body = {
            "type": "event_callback",
            "team_id": TEAM,
            "event_id": f"Ev{next(_numbers)}",
            "event": event,
            **around,
        }
        return self.dispatch(json.dumps(body), "application/json")

    def command(self, text: str, expert: ExpertId = ANN) -> BoltResponse:
        """Type the command."""
        fields = {
            "command": "/secondlook",
            "text": text,
            "team_id": expert.team_id,
            "user_id": expert.user_id,
            "channel_id": CHANNEL,
            "response_url": "https://hooks.example.com/1",
            "trigger_id": "trigger",
        }
        return self.dispatch(urlencode(fields), "application/x-www-form-urlencoded")

    def click(
        self,
        message: Message,
        action_id: str,
        *,
        expert: ExpertId = ANN,
        option: str | None = None,
        ts: str = "1.1",
        **changes: Any,
    ) -> BoltResponse:
        """Click a control of a message."""
        return self.interact(click_payload(message, action_id, expert, option, ts) | changes)

    def reply(self, text: str, expert: ExpertId = ANN, ts: str = "1.1", own_ts: str = "") -> BoltResponse:
        """Reply in the thread of a message."""
        event = {
            "type": "message",
            "channel": CHANNEL,
            "user": expert.user_id,
            "team": expert.team_id,
            "text": text,
            "ts": own_ts or f"5.{next(_numbers)}",
            "thread_ts": ts,
        }
        return self.event(event)

    def submit(self, view: JsonObject, expert: ExpertId = ANN, **filled: str) -> BoltResponse:
        """Fill in a window and submit it."""
        shown = view | {"id": f"V{next(_numbers)}", "state": {"values": _state(view, filled)}}
        return self.interact(
            {"type": "view_submission", "team": {"id": TEAM}, "user": _user(expert), "view": shown}
        )


def _user(expert: ExpertId) -> JsonObject:
    return {"id": expert.user_id, "team_id": expert.team_id}


def signed(body: str) -> dict[str, str]:
    import time

    timestamp = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body)
    return {"x-slack-request-timestamp": timestamp, "x-slack-signature": signature or ""}


def _state(view: JsonObject, filled: dict[str, str]) -> JsonObject:
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    return {block["block_id"]: {block["block_id"]: _given(block, filled)} for block in inputs}


def _given(block: JsonObject, filled: dict[str, str]) -> JsonObject:
    kind = block["element"]["type"]
    initial = block["element"].get("initial_option", {}).get("value")
    value = filled.get(block["block_id"], initial or block["element"].get("initial_value"))
    if kind == "plain_text_input":
        return {"type": kind, "value": value}
    if kind == "users_select":
        return {"type": kind, "selected_user": value}
    return {"type": kind, "selected_option": {"value": value} if value else None}


def elements(message: Message) -> list[tuple[JsonObject, JsonObject]]:
    """Each control of a message with its block."""
    found = []
    for block in message.blocks:
        held = block.get("elements", []) if block["type"] == "actions" else [block.get("accessory")]
        found += [(block, element) for element in held if element]
    return found


def action_ids(message: Message) -> list[str]:
    """The controls of a message."""
    return [element["action_id"] for _, element in elements(message)]


def click_payload(
    message: Message, action_id: str, expert: ExpertId, option: str | None, ts: str
) -> JsonObject:
    """A click as Slack sends it."""
    block, element = next(
        (block, element) for block, element in elements(message) if element["action_id"] == action_id
    )
    action = {"type": element["type"], "action_id": action_id, "block_id": block["block_id"]}
    action["action_ts"] = f"9.{next(_numbers)}"
    if option is None:
        action["value"] = element.get("value", "")
    else:
        action["selected_option"] = {"value": option}
    return {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": _user(expert),
        "trigger_id": "trigger",
        "response_url": "https://hooks.example.com/1",
        "channel": {"id": CHANNEL},
        "container": {"type": "message", "message_ts": ts, "channel_id": CHANNEL, "is_ephemeral": False},
        "actions": [action],
    }


def no_replay(policy: Policy, task: str) -> Replayed:
    """Not used by most tests."""
    raise AssertionError(task)


def make_workspace(
    world: World, replay: Replaying = no_replay, identity: BotIdentity = IDENTITY
) -> Workspace:
    """A workspace whose bot is U0BOT."""
    gateway, woken = RecordingGateway(), threading.Event()
    app = build_app(
        world.ctx,
        gateway,
        signing_secret=SECRET,
        identity=identity,
        wake=woken.set,
        replay=replay,
        aftermath=AtOnce(),
    )
    return Workspace(world, gateway, app, woken)


def other_team(expert: ExpertId) -> ExpertId:
    """The same user id in another workspace."""
    return replace(expert, team_id="T9")
