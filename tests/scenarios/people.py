"""People of the local Slack, who read and act through the page's own endpoints."""

from dataclasses import dataclass
from typing import Any

from bot.demo.experts import case_of
from bot.demo.person import HandsRefused, SimulatedPerson
from tests.scenarios.words import buttons, controls, options, words

JsonObject = dict[str, Any]

MAYA, JONAS, AIKO, NADIA, SAM = "U0MAYA", "U0JONAS", "U0AIKO", "U0NADIA", "U0SAM"
PAYMENTS, LEADS = "C0PAYMENTS", "C0LEADS"


@dataclass(frozen=True)
class Case:
    """A posted case: how the service and the people of its channel name it."""

    case_id: str
    external_id: str
    channel: str = PAYMENTS


class Expert(SimulatedPerson):
    """A person who reads cases and answers them."""

    def message(self, case: Case) -> JsonObject:
        """The case's message; fails unless there is exactly one."""
        (message,) = self.messages_of(case)
        return message

    def messages_of(self, case: Case) -> list[JsonObject]:
        """The messages that show the case in its channel."""
        return [message for message in self.messages(case.channel) if case_of(message) == case.case_id]

    def reads(self, case: Case) -> str:
        """The words of the case's message."""
        return words(self.message(case))

    def buttons(self, case: Case) -> list[str]:
        """The buttons of the case's message."""
        return buttons(self.message(case))

    def thread(self, case: Case) -> list[JsonObject]:
        """The replies under the case's message that this person sees."""
        return self.replies(case.channel, self.message(case))

    def replies(self, channel: str, message: JsonObject) -> list[JsonObject]:
        """The replies under a message that this person sees."""
        replies: list[JsonObject] = self._get("thread", channel=channel, ts=message["ts"])["replies"]
        return replies

    def private(self, case: Case) -> list[JsonObject]:
        """What only this person sees in the case's channel and thread."""
        seen = [*self.messages(case.channel), *self.thread(case)]
        return [message for message in seen if message["ephemeral"]]

    def private_words(self, case: Case) -> str:
        """The words that only this person sees."""
        return "\n".join(map(words, self.private(case)))

    def press(self, case: Case, text: str, message: JsonObject | None = None) -> None:
        """Press the button that says `text`, on a message as it was seen (default: as it is now)."""
        shown = message or self.message(case)
        for block, element in controls(shown):
            if element["type"] == "button" and words({"blocks": [element]}) == text:
                self.click(case.channel, shown, block, element)
                return
        raise HandsRefused(f"No button says “{text}”, only {buttons(shown)}.")

    def pick(self, case: Case, text: str) -> None:
        """Choose the entry that says `text` from a select or the menu."""
        shown = self.message(case)
        for block, element in controls(shown):
            if text in options(element):
                self.choose(case.channel, shown, block, element, options(element)[text])
                return
        raise HandsRefused(f"Nothing offers “{text}”.")

    def fill_in(self, **answers: str) -> None:
        """Fill in the open window and save; raises HandsRefused with what the window says is wrong."""
        window = self.window()
        if window is None:
            raise HandsRefused("No window is open.")
        self.submit(window, answers)

    def press_in_window(self, text: str) -> None:
        """Press the button of the open window that says `text`."""
        window = self.window() or {}
        for block, element in controls(window):
            if element["type"] == "button" and words({"blocks": [element]}) == text:
                control = {"block_id": block["block_id"], "action_id": element["action_id"], "type": "button"}
                self._post("action", view_id=window["id"], value=element.get("value"), **control)
                return
        raise HandsRefused(f"No button of the window says “{text}”.")

    def answer_in_thread(self, case: Case, text: str) -> None:
        """Reply in the case's thread."""
        self.reply(case.channel, self.message(case), text)

    def edit_reply(self, case: Case, was: str, text: str) -> None:
        """Edit the reply in the case's thread that says `was`."""
        (reply,) = [message for message in self.thread(case) if message["text"] == was]
        self._post("edit", channel=case.channel, ts=reply["ts"], text=text)

    def delete_reply(self, case: Case, text: str) -> None:
        """Delete the reply in the case's thread that says `text`."""
        (reply,) = [message for message in self.thread(case) if message["text"] == text]
        self._post("delete", channel=case.channel, ts=reply["ts"])

    def marks(self, case: Case, text: str) -> list[str]:
        """The reactions on the reply in the case's thread that says `text`."""
        (reply,) = [entry for entry in self.thread(case) if entry["text"] == text]
        return [str(entry["name"]) for entry in reply.get("reactions") or []]

    def type_command(self, text: str) -> None:
        """Type `/secondlook TEXT` in the payments channel."""
        self._post("command", channel=PAYMENTS, command="/secondlook", text=text)

    def open_home(self) -> None:
        """Open the app's Home tab."""
        self._post("home")

    def home(self) -> JsonObject:
        """What the Home tab shows; empty before the app has drawn it."""
        return self._get("state")["home"] or {}

    def direct_messages(self) -> list[JsonObject]:
        """What the app wrote to this person alone."""
        ims = [channel["id"] for channel in self._get("state")["channels"] if channel["is_im"]]
        return [message for im in ims for message in self.messages(im)]
