"""The cases of the recorded bank: what experts did with them, and those that wait for a recorded act."""

import base64
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests
import sqlalchemy as sa

from storage import tables
from storage.delivery import message_queue
from tests.patience import PATIENCE
from tests.released.bank import OLD, SINGLE, Post, posted
from tests.scenarios.calm import arrive
from tests.scenarios.people import AIKO, JONAS, LEADS, MAYA, NADIA, PAYMENTS, SAM, Case, Expert
from tests.scenarios.shop import prediction
from tests.scenarios.test_picture_and_long_input import png
from tests.scenarios.words import buttons, controls
from tests.scenarios.world import World

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
WHY = "Nie bestellt: 住所が違います 🕵️ — «адрес не тот» ١٢٣"
WAITING = {
    "confirm": ("fraud", "fraud"),
    "contradict": ("parcel", "honest"),
    "contradict_with_reason": ("fraud", "fraud"),
    "choose": ("topic", "card"),
    "label": ("fraud", "fraud"),
    "menu_label": ("parcel", "honest"),
    "abstain": ("fraud", "fraud"),
    "reassign": ("fraud", "fraud"),
    "snooze": ("topic", "loan"),
    "hand_over": ("parcel", "fraud"),
    "hand_over_until": ("parcel", "fraud"),
    "why": ("topic", "other"),
    "reply": ("fraud", "fraud"),
    "question": ("fraud", "fraud"),
    "question_choose": ("country", "de"),
    "question_label": ("country", "de"),
    "deleted": ("topic", "card"),
    "deleted_with_replies": ("topic", "card"),
    "assigned": ("topic", "account"),
    "snoozed": ("topic", "account"),
}
"""Cases that wait from the first day to the last: task and predicted label."""
LATE = {
    "escalate": ("fraud", "fraud"),
    "undo": ("parcel", "honest"),
    "undo_second_of_two": ("appeal", "grant"),
    "second_answer": ("appeal", "grant"),
    "second_answer_disagrees": ("appeal", "grant"),
    "adjudicate": ("appeal", "grant"),
    "edit_reply": ("fraud", "fraud"),
}
"""Cases that came in on the last day, since their acts would be too late otherwise."""


@dataclass
class Story:
    """The running bank with its cases by name and what was posted, in order."""

    world: World
    cases: dict[str, Case] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)

    def post(self, name: str, task: str, label: str, confidence: float = 0.7, **more: Any) -> Case:
        """The service posts a case, whose message arrives."""
        text = json.dumps(prediction(name, task, label, confidence, **more))
        self.posts.append(posted(self.world.app.url, SINGLE, text, f"msg_{name}"))
        self.cases[name] = Case(self.posts[-1].answer["case_id"], name)
        arrive(self.world)
        return self.cases[name]

    def press(self, person: str, name: str, text: str) -> None:
        """A person presses a button of the case."""
        self.world.person(person).press(self.cases[name], text)
        arrive(self.world)

    def fill_in(self, who: str, name: str, entry: str, **fields: str) -> None:
        """A person chooses an entry of the case's menu and fills in the window that it opens."""
        hands = self.world.person(who)
        hands.pick(self.cases[name], entry)
        self.world.eventually(hands.window)
        hands.fill_in(**fields)
        arrive(self.world)

    def reply(self, person: str, name: str, text: str) -> None:
        """A person replies in the case's thread."""
        self.world.person(person).answer_in_thread(self.cases[name], text)
        arrive(self.world)


def begin(story: Story) -> None:
    """The first day: everything that waits for weeks, and a decision of each kind."""
    for name, (task, label) in WAITING.items():
        story.post(name, task, label, input={"text": f"A few words about {name}.", "fields": {"amount": 120}})
    _inputs(story)
    story.post("dead_letter", "fraud", "fraud", slices={"closed": "yes"})
    for number, kind in enumerate(("synthetic", "red_team")):
        story.post(f"kind_{number}", "fraud", "fraud", kind=kind)
    for number in range(12):
        story.post(f"sure_{number}", "fraud", "fine", 0.97, slices={"country": "nl" if number % 2 else "de"})
    _decisions(story)
    _expiries(story)
    story.fill_in(NADIA, "assigned", "Reassign…", person=JONAS)


def _inputs(story: Story) -> None:
    """All that a case may bring along."""
    data = base64.b64encode(png()).decode()
    image = {"data": data, "media_type": "image/png", "alt_text": "A gray receipt"}
    story.post("picture", "fraud", "fraud", input={"text": "With a picture.", "image": image})
    lines = [f"Line {number} of the letter, in a few words." for number in range(700)]
    story.post("long", "topic", "loan", input={"text": "\n".join(lines), "fields": {"number": 12}})
    body = prediction("whole", "parcel", "fraud", 0.6)
    body["prediction"] = {"label": "fraud", "probabilities": {"fraud": 0.6, "honest": 0.3, "unclear": 0.1}}
    body |= {
        "input": {"text": "<!channel> & *bold* ½ 日本", "link": "https://shop.example.com/orders/1"},
        "evidence": [{"title": "Invoice", "text": "Two articles.", "link": "https://shop.example.com/i/1"}],
        "slices": {"country": "at"},
        "due_in": "1d",
    }
    story.posts.append(posted(story.world.app.url, SINGLE, json.dumps(body), "msg_whole"))
    arrive(story.world)


def _decisions(story: Story) -> None:
    for name in ("corrected", "amended", "undone", "reopened"):
        story.post(name, "fraud", "fraud")
    story.press(MAYA, "corrected", "Confirm: Fraud")
    story.fill_in(MAYA, "corrected", "Correct…", label="fine", rationale=WHY, reason_code="known customer")
    story.reply(JONAS, "amended", "fraud")
    story.reply(JONAS, "amended", f"fraud: {WHY}")
    for name in ("undone", "reopened"):
        story.press(AIKO, name, "Confirm: Fraud")
        story.press(AIKO, name, "Undo")
    story.press(AIKO, "undone", "Confirm: Fraud")
    story.post("chosen", "topic", "loan")
    story.world.person(MAYA).pick(story.cases["chosen"], "Transfer")
    for name in ("agreed", "adjudicated", "abstained", "sealed"):
        story.post(name, "appeal", "grant")
    for person in (MAYA, JONAS):
        story.press(person, "agreed", "Confirm: Grant")
    story.press(MAYA, "adjudicated", "Confirm: Grant")
    story.press(JONAS, "adjudicated", "Deny")
    story.press(NADIA, "adjudicated", "Deny")
    story.fill_in(MAYA, "abstained", "Can't tell…", note=WHY)
    story.press(JONAS, "sealed", "Deny")
    story.post("decided", "topic", "loan")
    story.press(MAYA, "decided", "Confirm: Loan")


def _expiries(story: Story) -> None:
    story.post("expires_closed", "fraud", "fraud", input={"text": "Large.", "fields": {"amount": 25_000}})
    story.post("expires_accepted", "topic", "card", slices={"lapses": "yes"})
    story.post("expires_safely", "appeal", "grant", slices={"lapses": "yes"})


def end(story: Story) -> None:
    """The last day: fresh cases, what waits for delivery, and screens that people have open."""
    for name, (task, label) in LATE.items():
        story.post(name, task, label, input={"text": f"A few words about {name}."})
    story.fill_in(JONAS, "snoozed", "Snooze…", until="tomorrow")
    story.reply(JONAS, "edit_reply", "fine: a customer since 2019")
    story.reply(MAYA, "deleted_with_replies", "I am looking at it.")
    for name in ("question", "question_choose", "question_label"):
        story.reply(MAYA, name, "it looks odd to me, does it not?")
    _tell_and_lead(story)
    for name in ("undo_second_of_two", "second_answer", "second_answer_disagrees", "adjudicate"):
        story.press(MAYA, name, "Confirm: Grant")
    story.press(JONAS, "adjudicate", "Deny")
    story.press(JONAS, "undo_second_of_two", "Confirm: Grant")
    _leave_undelivered(story)


def _tell_and_lead(story: Story) -> None:
    """What people look at, and what leads asked for in the digests: quiet about a sentence, and audits."""
    world, maya, sam = story.world, story.world.person(MAYA), story.world.person(SAM)
    maya.open_home()
    world.eventually(maya.home)
    maya.type_command("next")
    world.eventually(lambda: any("Open" in buttons(message) for message in maya.messages(PAYMENTS)))
    for action_id, message in (("mute:1", _digests(sam)[0]), ("ask_audits", _digests(sam)[-1])):
        shown = next(each for each in [message, *reversed(_digests(sam))] if _control(each, action_id))
        sam.click(LEADS, shown, *_control(shown, action_id)[0])
    arrive(world)


def _digests(lead: Expert) -> list[dict[str, Any]]:
    return [message for message in lead.messages(LEADS) if "Weekly digest: leads" in message["text"]]


def _control(message: dict[str, Any], action_id: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [pair for pair in controls(message) if pair[1]["action_id"].startswith(action_id)]


def _leave_undelivered(story: Story) -> None:
    """A callback that the endpoint refuses for ever, and from now on none that arrives."""
    world = story.world
    for name in ("refused", "undelivered", "undelivered_too"):
        story.post(name, "topic", "loan")
    world.inbox.answer(410)
    story.press(MAYA, "refused", "Confirm: Loan")
    world.inbox.answer(503)
    tried = world.inbox.tries
    world.person(MAYA).press(story.cases["undelivered"], "Confirm: Loan")
    world.eventually(lambda: world.inbox.tries > tried)
    world.person(JONAS).press(story.cases["undelivered_too"], "Confirm: Loan")
    world.person(MAYA).press(story.cases["undo"], "Confirm: Honest")
    world.eventually(lambda: _is_calm(world))


def _is_calm(world: World) -> bool:
    """Whether every message is as it should be; callbacks cannot be delivered any more."""
    is_callback = tables.outbox.c.kind == "callback"
    is_due = tables.outbox.c.is_pending & ~(is_callback & tables.outbox.c.owner.is_(None))
    with world.app.ctx.database.read() as tx:
        waits = tx.execute(sa.select(tables.outbox.c.row_id).where(is_due).limit(1)).first()
        return message_queue.oldest_waiting_at(tx) is None and waits is None


def close_the_old_desk(world: World) -> None:
    """Archive the channel that a tier still names."""
    order = {"channel": OLD, "archive": True}
    requests.post(f"{world.slack.url}/control/channel", json=order, timeout=PATIENCE).raise_for_status()
