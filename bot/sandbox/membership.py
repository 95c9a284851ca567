"""What an administrator or a person does to channels and to membership."""

from bot.sandbox.conversations import Conversation
from bot.sandbox.events import Events
from bot.sandbox.state import State


class Membership:
    """Joins, leaves, renames, archives and deletes, and tells pages and the app of it."""

    def __init__(self, state: State, events: Events) -> None:
        self._state = state
        self._events = events

    def join(self, conversation: Conversation, user_id: str) -> bool:
        """Add a member; False if there already."""
        with self._state.lock:
            if user_id in conversation.members:
                return False
            conversation.members.append(user_id)
        self._state.notify("people", conversation.id)
        self._events.membership(conversation, user_id, has_joined=True)
        return True

    def leave(self, conversation: Conversation, user_id: str) -> bool:
        """Remove a member; False if there was no such member."""
        with self._state.lock:
            if user_id not in conversation.members:
                return False
            conversation.members.remove(user_id)
        self._state.notify("people", conversation.id)
        self._events.membership(conversation, user_id, has_joined=False)
        return True

    def rename(self, conversation: Conversation, name: str) -> None:
        """Give a channel another name."""
        conversation.name = name
        self._state.notify("people", conversation.id)
        renamed = {"id": conversation.id, "name": name, "created": conversation.created}
        self._events.channel(conversation, "channel_rename", channel=renamed)

    def archive(self, conversation: Conversation, user_id: str, *, is_archived: bool) -> None:
        """Close a channel for new messages, or open it again."""
        conversation.is_archived = is_archived
        self._state.notify("people", conversation.id)
        kind = "channel_archive" if is_archived else "channel_unarchive"
        self._events.channel(conversation, kind, user=user_id)

    def delete(self, conversation: Conversation) -> None:
        """Remove a channel with all its messages."""
        with self._state.lock:
            self._state.conversations.pop(conversation.id, None)
        self._state.notify("people", conversation.id)
        self._events.channel(conversation, "channel_deleted")

    def deactivate(self, user_id: str, *, is_deleted: bool = True) -> None:
        """Deactivate a person's account, or activate it again."""
        self._state.change_person(user_id, deleted=is_deleted)
