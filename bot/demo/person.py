"""A pair of hands in the local Slack: reads and clicks through the page's own endpoints, as a person does."""

from collections.abc import Iterator
from typing import Any

import requests

from bot.errors import BotError

JsonObject = dict[str, Any]
TIMEOUT = 300.0
"""In seconds: the local Slack gives every act up by itself, much sooner unless the machine is busy."""
PAGE_SIZE = 100


class HandsRefused(BotError):
    """The local Slack or the app refused what a simulated person did, or gave no answer."""


class SimulatedPerson:
    """A person of the local Slack, acting through `/ui/…` at `slack_url`."""

    def __init__(self, slack_url: str, user_id: str) -> None:
        self.user_id = user_id
        self._url = slack_url
        self._session = requests.Session()

    def messages(self, channel: str) -> list[JsonObject]:
        """Every message of the channel that this person sees, oldest first."""
        messages: list[JsonObject] = []
        before: dict[str, str] = {}
        while True:
            page = self._get("messages", channel=channel, limit=str(PAGE_SIZE), **before)
            messages = page["messages"] + messages
            if not page["has_more"] or not page["messages"]:
                return messages
            before = {"before": page["messages"][0]["ts"]}

    def click(self, channel: str, message: JsonObject, block: JsonObject, element: JsonObject) -> None:
        """Press a button of a message."""
        self._act(channel, message, block, element, {"value": element.get("value")})

    def choose(
        self, channel: str, message: JsonObject, block: JsonObject, element: JsonObject, option: JsonObject
    ) -> None:
        """Choose an option of a select or an overflow menu."""
        self._act(channel, message, block, element, {"selected_option": option})

    def reply(self, channel: str, message: JsonObject, text: str) -> None:
        """Write in the message's thread."""
        self._post("message", channel=channel, text=text, thread_ts=message["ts"])

    def window(self) -> JsonObject | None:
        """The window that is open on this person's screen."""
        windows = self._get("state")["modals"]
        return windows[-1] if windows else None

    def submit(self, window: JsonObject, answers: dict[str, str]) -> None:
        """Fill in the fields named by `answers` (block id to text, option value or user id) and save."""
        values = {block["block_id"]: _filled(block, answers) for block in inputs(window)}
        result = self._post("view/submit", view_id=window["id"], state={"values": values})
        if result.get("errors"):
            raise HandsRefused(f"The window says {result['errors']}.")

    def close(self, window: JsonObject) -> None:
        """Close the window without saving."""
        self._post("view/close", view_id=window["id"])

    def _act(
        self,
        channel: str,
        message: JsonObject,
        block: JsonObject,
        element: JsonObject,
        choice: JsonObject,
    ) -> None:
        self._post(
            "action",
            channel=channel,
            ts=message["ts"],
            block_id=block["block_id"],
            action_id=element["action_id"],
            type=element["type"],
            state={"values": {}},
            **choice,
        )

    def _get(self, path: str, **query: str) -> JsonObject:
        return self._call("GET", path, params={"as": self.user_id, **query})

    def _post(self, path: str, **body: Any) -> JsonObject:
        return self._call("POST", path, json={"as": self.user_id, **body})

    def _call(self, method: str, path: str, **parts: Any) -> JsonObject:
        try:
            response = self._session.request(method, f"{self._url}/ui/{path}", timeout=TIMEOUT, **parts)
            result: JsonObject = response.json()
        except requests.RequestException as error:
            raise HandsRefused(f"{path}: {error}") from error
        if not response.ok or result.get("ok") is False:
            raise HandsRefused(f"{path}: {result.get('error')} {result.get('message', '')}")
        return result


def inputs(window: JsonObject) -> Iterator[JsonObject]:
    """The window's fields."""
    return (block for block in window["blocks"] if block["type"] == "input")


def _filled(block: JsonObject, answers: dict[str, str]) -> JsonObject:
    element = block["element"]
    answer = answers.get(block["block_id"])
    state: JsonObject = {"type": element["type"]}
    if element["type"] == "plain_text_input":
        state["value"] = answer or element.get("initial_value")
    elif element["type"] == "users_select":
        state["selected_user"] = answer
    else:
        options = {option["value"]: option for option in element.get("options", [])}
        state["selected_option"] = options.get(answer or "", element.get("initial_option"))
    return {element["action_id"]: state}
