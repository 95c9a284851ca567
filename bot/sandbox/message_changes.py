"""Posts, updates, deletes and reacts to messages, and tells pages and the app of it."""

from bot.sandbox.conversations import Conversation
from bot.sandbox.events import Events
from bot.sandbox.json_types import JsonObject
from bot.sandbox.messages import SlackMessage
from bot.sandbox.state import State

UNCHANGED: JsonObject = {}


class MessageWriter:
    """The only writer of messages."""

    def __init__(self, state: State, events: Events) -> None:
        self._state = state
        self._events = events

    def post(self, message: SlackMessage) -> SlackMessage:
        """Put a message into its conversation, under its thread's parent if it has one."""
        with self._state.lock:
            conversation = self._state.conversations[message.channel_id]
            parent = self._attach_to_thread(conversation, message)
            conversation.messages[message.ts] = message
            if message.bot_id is None and not message.is_reply:
                conversation.read_ts[message.user_id] = message.ts
        if message.ephemeral_to is not None:
            self._state.notify("ephemeral", message.channel_id, message.ts, message.ephemeral_to)
            return message
        self._state.notify("message", message.channel_id, message.ts)
        self._events.posted(conversation, message, parent)
        return message

    def _attach_to_thread(self, conversation: Conversation, message: SlackMessage) -> SlackMessage | None:
        parent = conversation.messages.get(message.thread_ts or "")
        if parent is None or message.ephemeral_to is not None:
            return None
        parent.thread_ts = parent.ts
        parent.reply_ts.append(message.ts)
        if message.user_id not in parent.reply_users:
            parent.reply_users.append(message.user_id)
        return parent

    def update(
        self,
        message: SlackMessage,
        text: str | None,
        blocks: list[JsonObject] | None,
        metadata: JsonObject | None = UNCHANGED,
    ) -> None:
        """Change a message; its blocks become `blocks`, its metadata stays unless it is passed."""
        with self._state.lock:
            before = self._events.body_of(message)
            message.replace_content(text, blocks)
            if metadata is not UNCHANGED:  # by identity: an app may send an empty object, which is a change
                message.metadata = metadata
            message.edited_ts = self._state.next_ts()
            conversation = self._state.conversations[message.channel_id]
        self._tell(message)
        if message.ephemeral_to is None:
            self._events.changed(conversation, message, before)

    def _tell(self, message: SlackMessage) -> None:
        kind = "message" if message.ephemeral_to is None else "ephemeral"
        self._state.notify(kind, message.channel_id, message.ts, message.ephemeral_to)

    def delete(self, message: SlackMessage) -> None:
        """Remove a message; with replies it stays as a tombstone."""
        with self._state.lock:
            conversation = self._state.conversations[message.channel_id]
            if message.reply_ts:
                message.is_tombstone = True
            else:
                conversation.messages.pop(message.ts, None)
            parent = conversation.messages.get(message.thread_ts or "")
            if parent is not None and message.ts in parent.reply_ts:
                parent.reply_ts.remove(message.ts)
        self._tell(message)
        if message.ephemeral_to is None:
            self._events.deleted(conversation, message)
        if message.is_tombstone:  # only now: the event above still carries the words that were deleted
            message.replace_content("This message was deleted.", None)

    def react(self, message: SlackMessage, user_id: str, name: str) -> bool:
        """Add a reaction; False if the person had reacted so already."""
        with self._state.lock:
            users = message.reactions.setdefault(name, [])
            if user_id in users:
                return False
            users.append(user_id)
        self._tell(message)
        self._events.reacted(message, user_id, name, is_added=True)
        return True

    def unreact(self, message: SlackMessage, user_id: str, name: str) -> bool:
        """Take a reaction back; False if there was none."""
        with self._state.lock:
            users = message.reactions.get(name, [])
            if user_id not in users:
                return False
            users.remove(user_id)
            if not users:
                del message.reactions[name]
        self._tell(message)
        self._events.reacted(message, user_id, name, is_added=False)
        return True
