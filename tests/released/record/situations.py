"""Every button, window, command and event of a version, pressed, filled in, typed and made once.

Nothing of it reaches the application but what opens a window: the acts are to be done after an upgrade.
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import requests

from tests.patience import PATIENCE
from tests.released.bank import CLOSED_ROOM, PRIVATE_ROOM, PRIYA
from tests.released.record.cases import WHY, Story
from tests.released.record.tap import Tap
from tests.scenarios.people import JONAS, LEADS, MAYA, NADIA, PAYMENTS, SAM, Case, Expert
from tests.scenarios.words import controls, options
from tests.scenarios.world import World

JsonObject = dict[str, Any]
WORDS = ("next", "queue", "mine", "digest", "replay", "help", "", "hello", "digest leads", "replay payment")


@dataclass(frozen=True, slots=True)
class Situation:
    """A payload by what was going on, and the case it is about."""

    name: str
    payload: JsonObject
    case_id: str | None = None


def situations(story: Story, tap: Tap) -> Iterator[Situation]:
    """All of them; what spoils a message comes last."""
    hands = _Hands(story, tap)
    yield from _answers(hands)
    yield from _menus(hands)
    yield from _private_questions(hands)
    yield from _reading(hands)
    yield from _digests(hands)
    yield from _commands(hands)
    yield from _replies(hands)
    yield from _rooms(hands)
    yield from _deletions(hands)


@dataclass(frozen=True, slots=True)
class _Hands:
    """People whose acts are heard, and held back unless they open a window."""

    story: Story
    tap: Tap

    @property
    def world(self) -> World:
        return self.story.world

    def person(self, user_id: str) -> Expert:
        return self.world.person(user_id)

    def case(self, name: str) -> Case:
        return self.story.cases[name]

    def held(self, act: Callable[[], object], kind: str = "block_actions") -> JsonObject:
        """What Slack sends of that kind; the application does not hear of it."""
        with self.tap.holding():
            return self.tap.catch(act, lambda payload: _kind(payload) == kind)

    def passed(self, act: Callable[[], object], person: Expert) -> JsonObject:
        """The same, but it goes on and opens a window."""
        self.world.slack.workspace.modals.clear(person.user_id)
        payload = self.tap.catch(act, lambda payload: _kind(payload) in ("block_actions", "command"))
        self.world.eventually(person.window)
        return payload

    def at_once(self, name: str, user_id: str, act: Callable[[Expert, Case], object]) -> Situation:
        """A click that does all by itself."""
        person, case = self.person(user_id), self.case(name)
        return Situation(name, self.held(lambda: act(person, case)), case.case_id)

    def with_window(
        self, name: str, user_id: str, act: Callable[[Expert, Case], object], **fields: str
    ) -> Iterator[Situation]:
        """A click that opens a window, and the window filled in."""
        person, case = self.person(user_id), self.case(name)
        yield Situation(f"{name}_opens", self.passed(lambda: act(person, case), person), case.case_id)
        if fields:
            saved = self.held(lambda: person.fill_in(**fields), "view_submission")
            yield Situation(f"{name}_saves", saved, case.case_id)


def _kind(payload: JsonObject) -> str:
    """`block_actions`, `view_submission`, `command`, or the event's type."""
    if "event" in payload:
        event = payload["event"]
        return ".".join(filter(None, (event["type"], event.get("subtype"))))
    return "command" if "command" in payload else str(payload.get("type"))


def _answers(hands: _Hands) -> Iterator[Situation]:
    yield hands.at_once("confirm", MAYA, lambda who, case: who.press(case, "Confirm: Fraud"))
    yield hands.at_once("contradict", MAYA, lambda who, case: who.press(case, "Needs a call"))
    yield hands.at_once("choose", JONAS, lambda who, case: who.pick(case, "Something else"))
    yield hands.at_once("undo", MAYA, lambda who, case: who.press(case, "Undo"))
    yield hands.at_once("undo_second_of_two", JONAS, lambda who, case: who.press(case, "Undo"))
    yield hands.at_once("second_answer", JONAS, lambda who, case: who.press(case, "Confirm: Grant"))
    yield hands.at_once("second_answer_disagrees", JONAS, lambda who, case: who.press(case, "Deny"))
    yield hands.at_once("adjudicate", NADIA, lambda who, case: who.press(case, "Deny"))
    yield hands.at_once("assigned", JONAS, lambda who, case: who.press(case, "Confirm: Account"))
    yield hands.at_once("snoozed", JONAS, lambda who, case: who.press(case, "Confirm: Account"))
    yield hands.at_once("picture", MAYA, lambda who, case: who.press(case, "Confirm: Fraud"))
    why = {"label": "fine", "rationale": WHY, "reason_code": "known customer", "confidence": "high"}
    yield from hands.with_window(
        "contradict_with_reason", MAYA, lambda who, case: who.press(case, "Fine…"), **why
    )
    yield from hands.with_window("label", JONAS, lambda who, case: who.press(case, "Label…"), **why)


def _menus(hands: _Hands) -> Iterator[Situation]:
    def entry(text: str) -> Callable[[Expert, Case], object]:
        return lambda who, case: who.pick(case, text)

    both = "Reassign or snooze…"
    yield from hands.with_window("menu_label", MAYA, entry("Label with a reason…"), label="fraud")
    yield from hands.with_window("abstain", MAYA, entry("Can't tell…"), note=WHY)
    yield from hands.with_window("escalate", MAYA, entry("Escalate…"), note=WHY)
    yield from hands.with_window("reassign", MAYA, entry("Reassign…"), person=JONAS)
    yield from hands.with_window("snooze", MAYA, entry("Snooze…"), until="4h")
    yield from hands.with_window("hand_over", MAYA, entry(both), person=JONAS)
    yield from hands.with_window("hand_over_until", MAYA, entry(both), until="1h")
    yield from hands.with_window("why", MAYA, entry("Why am I asked?"))
    yield from hands.with_window("decided", MAYA, entry("Correct…"), label="card", rationale=WHY)
    yield from hands.with_window("corrected", MAYA, entry("Show all"))
    yield from hands.with_window("agreed", MAYA, entry("Why am I asked?"))
    yield from hands.with_window("expires_closed", NADIA, entry("Show all"))


def _private_questions(hands: _Hands) -> Iterator[Situation]:
    """What somebody is asked whose reply was no clear answer: buttons, or a select and a window."""

    def button(who: Expert, case: Case) -> None:
        who.click(case.channel, *_private(who, case, "answer:0"))

    def country(who: Expert, case: Case) -> None:
        shown, block, element = _private(who, case, "choose")
        who.choose(case.channel, shown, block, element, options(element)["nl"])

    def window(who: Expert, case: Case) -> None:
        who.click(case.channel, *_private(who, case, "label"))

    yield hands.at_once("question", MAYA, button)
    yield hands.at_once("question_choose", MAYA, country)
    yield from hands.with_window("question_label", MAYA, window, label="be")


def _private(person: Expert, case: Case, action_id: str) -> tuple[JsonObject, JsonObject, JsonObject]:
    for shown in reversed(person.private(case)):
        for block, element in controls(shown):
            if element["action_id"] == action_id and case.case_id in block["block_id"]:
                return shown, block, element
    raise AssertionError(f"nothing private about {case} has {action_id}")


def _reading(hands: _Hands) -> Iterator[Situation]:
    """Long inputs, and links in private lists and on the Home tab."""
    maya, case = hands.person(MAYA), hands.case("long")
    yield from hands.with_window("long", MAYA, lambda who, case: who.press(case, "Show all"))
    yield Situation("long_page", hands.held(lambda: maya.press_in_window("Next →")), case.case_id)
    home = hands.person(MAYA).home()
    block, element = next(pair for pair in controls(home) if pair[1]["action_id"].startswith("open:"))
    body = {"block_id": block["block_id"], "action_id": element["action_id"], "type": "button"}
    yield Situation("home_link", hands.held(lambda: maya._post("action", view_id=home["id"], **body)))
    shown = next(message for message in maya.messages(PAYMENTS) if _control(message, "open:"))
    yield Situation(
        "next_link", hands.held(lambda: maya.click(PAYMENTS, shown, *_control(shown, "open:")[0]))
    )
    yield Situation("home_opened", hands.held(maya.open_home, "app_home_opened"))


def _control(message: JsonObject, action_id: str) -> list[tuple[JsonObject, JsonObject]]:
    return [pair for pair in controls(message) if pair[1]["action_id"].startswith(action_id)]


def _digests(hands: _Hands) -> Iterator[Situation]:
    """The buttons of each kind, from the newest digest that has one."""
    sam = hands.person(SAM)
    newest_first = [post for post in reversed(sam.messages(LEADS)) if "Weekly digest: leads" in post["text"]]
    for action_id in ("review_threshold", "open_slice", "open_cases", "ask_audits", "mute"):
        shown = next(message for message in newest_first if _control(message, action_id))
        block, element = _control(shown, action_id)[-1]

        def act(shown: JsonObject = shown, block: JsonObject = block, element: JsonObject = element) -> None:
            sam.click(LEADS, shown, block, element)

        opens = action_id.startswith(("open", "review"))
        yield Situation(f"digest_{action_id}", hands.passed(act, sam) if opens else hands.held(act))
        if action_id.startswith("open"):
            hands.world.eventually(lambda: _control(sam.window() or {}, "open:"))
        if action_id == "open_cases":
            yield Situation("digest_link", hands.held(lambda: sam.press_in_window("Open")))


def _commands(hands: _Hands) -> Iterator[Situation]:
    sam = hands.person(SAM)
    for word in WORDS:
        name = f"command_{word.replace(' ', '_') or 'nothing'}"
        yield Situation(name, hands.held(lambda word=word: sam.type_command(word), "command"))  # type: ignore[misc]  # a default
    hands.passed(lambda: sam.type_command("replay payment"), sam)
    tried = {"tier": "payment/ordinary", "rule": "threshold", "threshold": "0.75"}
    yield Situation("replay_saves", hands.held(lambda: sam.fill_in(**tried), "view_submission"))
    refused = {"tier": "payment/ordinary", "rule": "threshold", "threshold": "often"}
    hands.passed(lambda: sam.type_command("replay payment"), sam)
    yield Situation("replay_refused", hands.held(lambda: sam.fill_in(**refused), "view_submission"))


def _replies(hands: _Hands) -> Iterator[Situation]:
    jonas, case, edited = hands.person(JONAS), hands.case("reply"), hands.case("edit_reply")
    reply = f"fine: {WHY}"
    yield Situation("reply", hands.held(lambda: jonas.answer_in_thread(case, reply), "message"), case.case_id)
    was, now = "fine: a customer since 2019", "fine: a customer since 2009"
    edit = hands.held(lambda: jonas.edit_reply(edited, was, now), "message.message_changed")
    yield Situation("edit_reply", edit, edited.case_id)


def _rooms(hands: _Hands) -> Iterator[Situation]:
    """People and channels that come and go; of private channels Slack tells by other names."""

    def order(path: str, **body: Any) -> Callable[[], object]:
        url = f"{hands.world.slack.url}/control/{path}"
        return lambda: requests.post(url, json=body, timeout=PATIENCE).raise_for_status()

    joined = hands.held(order("person", user=PRIYA, join=PAYMENTS), "member_joined_channel")
    yield Situation("member_joined_channel", joined)
    left = hands.held(order("person", user=SAM, leave=PAYMENTS), "member_left_channel")
    yield Situation("member_left_channel", left)
    for channel, prefix in ((CLOSED_ROOM, "channel"), (PRIVATE_ROOM, "group")):
        orders = {
            "rename": order("channel", channel=channel, rename="hall"),
            "archive": order("channel", channel=channel, archive=True),
            "deleted": order("channel", channel=channel, delete=True),
        }
        for what, act in orders.items():
            heard = copy.deepcopy(hands.held(act, f"channel_{what}"))
            heard["event"]["type"] = f"{prefix}_{what}"
            yield Situation(f"{prefix}_{what}", heard)


def _deletions(hands: _Hands) -> Iterator[Situation]:
    maya = hands.person(MAYA)
    for name in ("deleted", "deleted_with_replies"):
        case = hands.case(name)
        message = maya.message(case)
        deletion = hands.held(
            lambda message=message: maya._post("delete", channel=PAYMENTS, ts=message["ts"]),  # type: ignore[misc]  # a default
            "message.message_deleted",
        )
        heard = _buried(deletion) if name == "deleted_with_replies" else deletion
        yield Situation(name, heard, case.case_id)


def _buried(deletion: JsonObject) -> JsonObject:
    """A message with replies stays as a tombstone, as Slack's reference of `message_changed` has it."""
    heard = copy.deepcopy(deletion)
    event = heard["event"]
    ts = event.pop("deleted_ts")
    stone = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "hidden": True}
    stone |= {"text": "This message was deleted.", "ts": ts, "thread_ts": ts}
    event |= {"subtype": "message_changed", "message": stone}
    return heard
