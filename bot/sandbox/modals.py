"""Each person's stack of modals, and Home tab."""

import json
import secrets
from typing import Any

from bot.sandbox.block_ids import find_file, images, with_ids
from bot.sandbox.errors import ApiError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.state import State
from bot.sandbox.views import STACK, View
from bot.slack.limits import view_violations

LARGEST_VIEW = 250_000


class Modals:
    """The only writer of views."""

    def __init__(self, state: State) -> None:
        self._state = state

    def check(self, content: Any) -> JsonObject:
        """The app's view with ids filled in; ApiError if Slack would refuse it."""
        problems = [f"[ERROR] {violation}" for violation in view_violations(content)]
        if problems:
            raise ApiError("invalid_arguments", problems)
        if len(json.dumps(content)) > LARGEST_VIEW:
            raise ApiError("view_too_large")
        for path, image in images(content["blocks"], "/view/blocks"):
            if find_file(image["slack_file"], self._state.files) is None:
                raise ApiError("invalid_arguments", [f"[ERROR] invalid slack file [json-pointer:{path}]"])
        checked: JsonObject = {**content, "blocks": with_ids(content["blocks"], self._state.next_id)}
        return checked

    def _check_external_id(self, content: JsonObject, view: View | None = None) -> None:
        external_id = content.get("external_id")
        for other in self._state.views.values():
            if external_id and other is not view and other.content.get("external_id") == external_id:
                raise ApiError("duplicate_external_id")

    def _new_hash(self) -> str:
        return f"{self._state.now_seconds()}.{secrets.token_hex(4)}"

    def open(self, user_id: str, content: JsonObject) -> View:
        """Show a modal as the only one of a person's stack."""
        checked = self.check(content)
        self._check_external_id(checked)
        self.clear(user_id)
        return self._add(user_id, checked, None)

    def push(self, user_id: str, content: JsonObject) -> View:
        """Put a modal on top of the person's stack; ApiError if the stack is full or empty."""
        checked = self.check(content)
        self._check_external_id(checked)
        stack = self._state.modals.get(user_id, [])
        if not stack:
            raise ApiError("invalid_arguments", ["invalid `trigger_id`"])
        if len(stack) >= STACK:
            raise ApiError("push_limit_reached")
        return self._add(user_id, checked, stack[-1])

    def _add(self, user_id: str, content: JsonObject, below: View | None) -> View:
        with self._state.lock:
            view_id = self._state.next_id("V")
            root_id = below.root_id if below is not None else view_id
            previous_id = below.id if below is not None else None
            view = View(view_id, user_id, content, self._new_hash(), root_id, previous_id)
            self._state.views[view_id] = view
            self._state.modals.setdefault(user_id, []).append(view)
        self._state.notify("view", user_id=user_id)
        return view

    def update(self, view: View, content: JsonObject, expected_hash: str | None = None) -> View:
        """Change a view; ApiError `hash_conflict` unless its hash is `expected_hash` (None: any)."""
        checked = self.check(content)
        self._check_external_id(checked, view)
        with self._state.lock:
            if expected_hash and expected_hash != view.hash:
                raise ApiError("hash_conflict")
            view.content = checked
            view.hash = self._new_hash()
            # What the person entered outlives an update only under the same block id, as in Slack.
            kept = {block["block_id"] for block in view.blocks}
            view.values = {block_id: value for block_id, value in view.values.items() if block_id in kept}
        self._state.notify("home" if checked["type"] == "home" else "view", user_id=view.user_id)
        return view

    def publish(self, user_id: str, content: JsonObject, expected_hash: str | None = None) -> View:
        """Show a person's Home tab."""
        home = self._state.homes.get(user_id)
        if home is not None:
            return self.update(home, content, expected_hash)
        checked = self.check(content)
        with self._state.lock:
            view_id = self._state.next_id("V")
            home = View(view_id, user_id, checked, self._new_hash(), view_id)
            self._state.homes[user_id] = self._state.views[view_id] = home
        self._state.notify("home", user_id=user_id)
        return home

    def close(self, view: View) -> None:
        """Take a modal off its stack, with what lies on it."""
        with self._state.lock:
            stack = self._state.modals.get(view.user_id, [])
            if view in stack:
                for modal in stack[stack.index(view) :]:
                    self._state.views.pop(modal.id, None)
                del stack[stack.index(view) :]
        self._state.notify("view", user_id=view.user_id)

    def clear(self, user_id: str) -> None:
        """Close all of a person's modals."""
        with self._state.lock:
            stack = self._state.modals.pop(user_id, [])
            for view in stack:
                self._state.views.pop(view.id, None)
        if stack:
            self._state.notify("view", user_id=user_id)

    def find(self, view_id: str | None, external_id: str | None = None) -> View:
        """The open view with this id or external id; ApiError `not_found`."""
        for view in self._state.views.values():
            if view.id == view_id or (external_id and view.content.get("external_id") == external_id):
                return view
        raise ApiError("not_found")
