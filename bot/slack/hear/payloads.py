"""Slack's JSON as values: clicks, submitted windows, replies, commands. Nothing unexpected gets through."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from bot.slack.blocks.control_ids import unpacked
from bot.slack.blocks.message import JsonObject
from bot.slack.blocks.screens import LONGEST_ADDRESS, kind_of, screen_in, screen_of
from bot.slack.blocks.text import text_in as _text
from bot.slack.hear.workspace_claims import channel_in, interaction_claim, message_claim, name_in
from bot.slack.hear.workspace_claims import object_in as _object
from bot.usecases.installation import Home
from bot.usecases.review.access import Act
from bot.usecases.review.screen import Screen
from bot.usecases.review.thread_reply import ThreadReply
from routing.label import ExpertId
from routing.slack_channel import ChannelId

LONGEST_TEXT = 200_000
"""What is read of a message, in characters: more than Slack takes of a person, which is 40,000
(chat.postMessage, `text`), each of which may come as five (`&amp;`).
"""
_SPEECH = (None, "thread_broadcast", "file_share", "bot_message")
"""Kinds of messages in which somebody says something, by their `subtype`."""
_PROGRAMS = ("bot_id", "bot_profile", "app_id")
"""What only messages of bots, apps and workflows carry."""


def _question_key(screen: Screen, expert: ExpertId) -> str:
    """A private question is answered once, by a button or in the window that a button opens."""
    return f"click:{screen.channel_id or ''}:{screen.question_ts}:{expert.user_id}"


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a control of a message, a window or the Home tab."""

    expert: ExpertId
    action_id: str
    screen: Screen
    value: str
    action_ts: str
    trigger_id: str
    response_url: str
    view_id: str
    view_metadata: str
    name: str = ""
    block_kind: str = ""
    view: JsonObject = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Names this click for ever: message, person and moment; a private question is answered once."""
        screen = self.screen
        if screen.question_ts:
            return _question_key(screen, self.expert)
        # With Slack's moment of the click: the same click sent again is no second answer, another click is.
        place = f"{screen.channel_id or ''}:{screen.ts or self.view_id}"
        return f"click:{place}:{self.expert.user_id}:{self.action_ts}"

    @property
    def act(self) -> Act:
        """Who acts on which case, on which screen."""
        return Act(self.screen, self.expert, self.key, self.name)

    @property
    def label(self) -> str:
        """The label that was chosen; empty if the control chooses none."""
        label = _text(unpacked(self.value).get("label"), 2_000)
        return label or (self.value if self.action_id == "choose" else "")

    @property
    def note(self) -> str:
        """What the person had written before, carried by a private question."""
        return _text(unpacked(self.value).get("note"), 2_000)


def click_of(body: JsonObject, home: Home) -> Click:
    """The first action of a `block_actions` payload."""
    actions = body.get("actions")
    action = _object(actions[0]) if isinstance(actions, list) and actions else {}
    view = _object(body.get("view"))
    chosen = _object(action.get("selected_option")).get("value")
    value = _text(chosen if chosen is not None else action.get("value"), 2_000)
    return Click(
        expert=home.person(interaction_claim(body)),
        action_id=_text(action.get("action_id")),
        screen=_clicked_screen(body, action, value, home),
        value=value,
        action_ts=_text(action.get("action_ts")),
        trigger_id=_text(body.get("trigger_id")),
        response_url=_text(body.get("response_url"), 3_000),
        view_id=_text(view.get("id")),
        view_metadata=_text(view.get("private_metadata"), 3_000),
        name=name_in(_object(body.get("user"))),
        block_kind=kind_of(_text(action.get("block_id"))),
        view=view,
    )


def lookup_of(body: JsonObject, home: Home) -> tuple[Act, str]:
    """Who looks at which case in a `block_suggestion` payload, and what was typed."""
    view = _object(body.get("view"))
    metadata = _text(view.get("private_metadata"), 3_000)
    screen = screen_in(metadata) if metadata else _clicked_screen(body, body, "", home)
    return Act(screen, home.person(interaction_claim(body)), ""), _text(body.get("value"))


def _clicked_screen(body: JsonObject, action: JsonObject, value: str, home: Home) -> Screen:
    """The screen with the control; without a case if the control names none."""
    container, message = _object(body.get("container")), _object(body.get("message"))
    ts = _text(container.get("message_ts")) or _text(message.get("ts"))
    channel = _object(body.get("channel")).get("id") or container.get("channel_id")
    screen = replace(
        screen_of(_text(action.get("block_id"))) or Screen(""),
        channel_id=channel_in(body, channel, home),
        ts=ts,
        thread_ts=_thread_ts(container, message, ts) or _text(unpacked(value).get("thread")),
        reply_ts=_text(unpacked(value).get("about")),
    )
    if container.get("is_ephemeral") is not True:
        return screen
    # A private message is no screen of the case: its ts names the question, which is answered once.
    address = _text(body.get("response_url"), LONGEST_ADDRESS)
    return replace(screen, ts="", question_ts=ts, response_url=address)


def _thread_ts(container: JsonObject, message: JsonObject, ts: str) -> str:
    """The thread in which the message `ts` stands; empty outside of threads."""
    thread_ts = _text(container.get("thread_ts")) or _text(message.get("thread_ts"))
    return thread_ts if thread_ts != ts else ""


@dataclass(frozen=True, slots=True)
class WindowSubmission:
    """A submitted window with what was filled in; a field left empty is the empty string."""

    expert: ExpertId
    view_id: str
    screen: Screen
    is_correction: bool
    fields: dict[str, str]
    name: str = ""

    @property
    def key(self) -> str:
        """Names this submission for ever: a window is submitted once, a private question answered once."""
        if self.screen.question_ts:
            return _question_key(self.screen, self.expert)
        return f"view:{self.view_id}:{self.expert.user_id}"

    @property
    def act(self) -> Act:
        """Who acts on which case, in the window of which screen."""
        return Act(self.screen, self.expert, self.key, self.name)

    def field(self, name: str) -> str | None:
        """What was filled in, without space around it; None if nothing."""
        return self.fields.get(name, "").strip() or None


def _field_value(element: JsonObject) -> str:
    chosen = _object(element.get("selected_option")).get("value")
    for value in (chosen, element.get("selected_user"), element.get("value")):
        if isinstance(value, str):
            return _text(value, 3_000)
    return ""


def submitted_of(body: JsonObject, home: Home) -> WindowSubmission:
    """A `view_submission` payload."""
    view = _object(body.get("view"))
    values = _object(_object(view.get("state")).get("values"))
    metadata = _text(view.get("private_metadata"), 3_000)
    elements = {
        str(block_id): next(iter(_object(block).values()), None) for block_id, block in values.items()
    }
    return WindowSubmission(
        expert=home.person(interaction_claim(body)),
        view_id=_text(view.get("id")),
        screen=screen_in(metadata),
        is_correction=unpacked(metadata).get("corrects") is True,
        fields={name: _field_value(_object(element)) for name, element in elements.items()},
        name=name_in(_object(body.get("user"))),
    )


@dataclass(frozen=True, slots=True)
class DirectMessage:
    """What a person wrote to the bot itself, in a thread there or not."""

    expert: ExpertId
    channel_id: ChannelId
    ts: str
    thread_ts: str


def direct_message_of(body: JsonObject, home: Home) -> DirectMessage | None:
    """The direct message in an event; None for our own, for programs, and for what is no new message."""
    event = _object(body.get("event"))
    user_id, is_program = _text(event.get("user")), any(event.get(name) for name in _PROGRAMS)
    is_new = event.get("subtype") in (None, "file_share", "thread_broadcast")
    channel_id = channel_in(body, event.get("channel"), home)
    # Our own messages above all: an answer to them would be answered, and so on for ever.
    is_ours = is_program or user_id == home.installation.bot_user_id
    if not (user_id and is_new) or is_ours or channel_id is None:
        return None
    moments = (_text(event.get(name)) for name in ("ts", "thread_ts"))
    return DirectMessage(home.person(message_claim(body, event)), channel_id, *moments)


def reply_of(body: JsonObject, home: Home) -> ThreadReply | None:
    """The thread reply in an event; None for our own, deletions, joins and messages outside threads."""
    event = _object(body.get("event"))
    is_edit = event.get("subtype") == "message_changed"
    return _edit_in(body, event, home) if is_edit else _reply_in(body, event, home)


def _edit_in(body: JsonObject, event: JsonObject, home: Home) -> ThreadReply | None:
    now, before = _object(event.get("message")), _object(event.get("previous_message"))
    reply = _reply_in(body, {**now, "channel": event.get("channel")}, home)
    if reply is None or not reply.edited_ts or now.get("text") == before.get("text"):
        return None  # Slack added the preview of a link, or somebody replied
    has_text = isinstance(before.get("text"), str)
    return replace(
        reply, was=_without_call(home, _text(before.get("text"), LONGEST_TEXT)) if has_text else None
    )


def _reply_in(body: JsonObject, event: JsonObject, home: Home) -> ThreadReply | None:
    subtype = event.get("subtype")
    is_reply = isinstance(event.get("thread_ts"), str) and event.get("thread_ts") != event.get("ts")
    user_id = _text(event.get("user"))
    channel_id = channel_in(body, event.get("channel"), home)
    is_speech = user_id and is_reply and subtype in _SPEECH
    if not is_speech or channel_id is None or user_id == home.installation.bot_user_id:
        return None
    return ThreadReply(
        expert=home.person(message_claim(body, event)),
        channel_id=channel_id,
        thread_ts=_text(event.get("thread_ts")),
        ts=_text(event.get("ts")),
        text=_without_call(home, _text(event.get("text"), LONGEST_TEXT)),
        edited_ts=_text(_object(event.get("edited")).get("ts")),
        name=name_in(_object(event.get("user_profile"))),
        is_by_program=subtype == "bot_message" or any(event.get(name) for name in _PROGRAMS),
    )


def _without_call(home: Home, text: str) -> str:
    """`text` without a mention of the bot itself in front: whoever calls the bot addresses nobody else."""
    bot_id = home.bot.user_id
    match = re.match(rf"\s*<@{re.escape(bot_id)}(?:\|[^<>]*)?>[\s,:]*", text) if bot_id else None
    return text[match.end() :] if match else text


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command: `word` is its first word in lower case, `argument` the second as it was typed."""

    expert: ExpertId
    word: str
    response_url: str
    trigger_id: str
    argument: str = ""


def command_of(body: JsonObject, home: Home) -> Command:
    """A slash command's payload."""
    words = _text(body.get("text"), 1_000).split()
    return Command(
        expert=home.person(interaction_claim(body)),
        word=words[0].lower() if words else "help",
        response_url=_text(body.get("response_url"), 3_000),
        trigger_id=_text(body.get("trigger_id")),
        argument=words[1] if len(words) > 1 else "",
    )
