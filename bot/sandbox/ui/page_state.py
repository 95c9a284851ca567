"""What a person sees: the workspace, a conversation, a thread."""

from bot.sandbox.block_ids import with_image_urls
from bot.sandbox.config import SlackUser
from bot.sandbox.conversations import Conversation
from bot.sandbox.errors import UiRefused
from bot.sandbox.files import page_file
from bot.sandbox.json_types import JsonObject
from bot.sandbox.messages import SlackMessage, reactions_of
from bot.sandbox.people import page_person
from bot.sandbox.state import State
from bot.sandbox.views import View, api_view

PAGE = 50
BROADCASTS = ("<!channel", "<!here", "<!everyone")


class PageReader:
    """Reads the workspace with a person's eyes; UiRefused for what that person cannot see."""

    def __init__(self, state: State) -> None:
        self._state = state

    def person(self, user_id: str | None) -> SlackUser:
        """The acting person; the first of the workspace if none is named."""
        if not user_id:
            return next(person for person in self._state.people.values() if not person.is_bot)
        person = self._state.people.get(user_id)
        if person is None or person.is_bot:
            raise UiRefused("user_not_found", "There is no such person.", 404)
        return person

    def conversation(self, person: SlackUser, channel_id: str | None) -> Conversation:
        """A conversation that the person can see."""
        conversation = self._state.conversations.get(channel_id or "")
        if conversation is None or not self._is_visible(person, conversation):
            raise UiRefused("channel_not_found", "There is no such conversation.", 404)
        return conversation

    def _is_visible(self, person: SlackUser, conversation: Conversation) -> bool:
        is_open = not conversation.is_im and not conversation.is_private
        return is_open or person.id in conversation.members

    def message(self, person: SlackUser, conversation: Conversation, ts: str | None) -> SlackMessage:
        """A message that the person can see."""
        message = conversation.messages.get(ts or "")
        if message is None or message.ephemeral_to not in (None, person.id):
            raise UiRefused("message_not_found", "There is no such message.", 404)
        return message

    def view(self, person: SlackUser, view_id: str | None) -> View:
        """The person's open modal or Home tab."""
        view = self._state.views.get(view_id or "")
        if view is None or view.user_id != person.id:
            raise UiRefused("view_not_found", "This dialog is no longer open.", 404)
        return view

    def state(self, person: SlackUser) -> JsonObject:
        """`GET /ui/state`."""
        config = self._state.config
        home = self._state.homes.get(person.id)
        visible = [chat for chat in self._state.conversations.values() if self._is_visible(person, chat)]
        return {
            "team": {"id": config.team.id, "name": config.team.name},
            "bot": {"user_id": config.bot.user_id, "name": config.bot.name, "icon": config.bot.icon},
            "me": page_person(person),
            "people": [page_person(user) for user in self._state.people.values()],
            "channels": [self._channel(person, chat) for chat in visible],
            "modals": [self._view(view) for view in self._state.modals.get(person.id, [])],
            "home": self._view(home) if home is not None else None,
            "commands": [
                {"command": slash.command, "description": slash.description, "usage_hint": slash.usage_hint}
                for slash in config.commands
            ],
            "version": self._state.version,
            "now": self._state.clock.now().timestamp(),
        }

    def _view(self, view: View) -> JsonObject:
        shown = api_view(view, self._state.config.team.id, self._state.bot)
        return {**shown, "blocks": with_image_urls(shown["blocks"], self._state.files)}

    def _channel(self, person: SlackUser, conversation: Conversation) -> JsonObject:
        unread = conversation.unread_by(person.id)
        mentions = (
            unread if conversation.is_im else [message for message in unread if self._names(person, message)]
        )
        body: JsonObject = {
            "id": conversation.id,
            "name": self._state.bot.name if conversation.is_im else conversation.name,
            "is_im": conversation.is_im,
            "is_private": conversation.is_private,
            "is_archived": conversation.is_archived,
            "is_member": person.id in conversation.members,
            "topic": conversation.topic,
            "unread": len(unread),
            "mentions": len(mentions),
        }
        return body | ({"user_id": self._state.bot.user_id} if conversation.is_im else {})

    def _names(self, person: SlackUser, message: SlackMessage) -> bool:
        groups = [group.id for group in self._state.user_groups.values() if person.id in group.members]
        signs = [f"<@{person.id}", *BROADCASTS, *(f"<!subteam^{group_id}" for group_id in groups)]
        return any(sign in message.words for sign in signs)

    def messages(
        self, person: SlackUser, conversation: Conversation, before: str | None, limit: int = PAGE
    ) -> JsonObject:
        """`GET /ui/messages`: the newest `limit` before a ts, oldest first."""
        shown = conversation.top_level(person.id)
        if before:
            shown = [message for message in shown if float(message.ts) < float(before)]
        newest = shown[-limit:]
        return {
            "messages": [self._message(message) for message in newest],
            "has_more": len(shown) > len(newest),
        }

    def thread(self, person: SlackUser, conversation: Conversation, ts: str | None) -> JsonObject:
        """`GET /ui/thread`."""
        parent = self.message(person, conversation, ts)
        replies = conversation.thread(parent.ts, person.id)
        return {"parent": self._message(parent), "replies": [self._message(reply) for reply in replies]}

    def _message(self, message: SlackMessage) -> JsonObject:
        body: JsonObject = {
            "ts": message.ts,
            "user": message.user_id,
            "is_bot": message.bot_id is not None,
            "text": message.text,
            "blocks": with_image_urls(message.blocks or None, self._state.files),
            "reply_count": len(message.reply_ts),
            "reply_users": list(message.reply_users),
            "reactions": reactions_of(message, with_count=False),
            "files": [page_file(self._state.files[file_id]) for file_id in message.file_ids],
            "edited": message.edited_ts is not None,
            "ephemeral": message.ephemeral_to is not None,
            "deleted": message.is_tombstone,
        }
        optional = {
            "username": message.username,
            "thread_ts": message.thread_ts,
            "latest_reply": message.reply_ts[-1] if message.reply_ts else None,
            "metadata": message.metadata,
        }
        return body | {name: value for name, value in optional.items() if value is not None}
