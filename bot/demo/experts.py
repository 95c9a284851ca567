"""Simulated experts of differing skill, who answer cases in the local Slack as people do."""

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.demo.person import HandsRefused, JsonObject, SimulatedPerson, inputs
from bot.demo.script import HeldOutExample
from bot.slack.api.history_page import screen_by_metadata
from bot.slack.show.controls import WITH_REASON

HASTE = (timedelta(minutes=1), timedelta(minutes=12))
DELAY = (timedelta(minutes=32), timedelta(minutes=58))
LATE_SHARE = 0.3
SETTLES_AFTER = timedelta(minutes=40)
"""Where as many answers as are needed differ, somebody else comes along to settle it."""
LOOKS_AGAIN_AFTER = timedelta(hours=2)
"""A case that is still open was not saved, as the bot wrote to the expert."""


class Manner(StrEnum):
    """How an expert answers."""

    CLICK = "click"
    MODAL = "modal"
    THREAD = "thread"
    ABSTAIN = "abstain"


MANNERS = {Manner.CLICK: 0.72, Manner.MODAL: 0.14, Manner.THREAD: 0.1, Manner.ABSTAIN: 0.04}


@dataclass(frozen=True, slots=True)
class Skill:
    """A simulated expert: the channel they watch and how often they are right."""

    user_id: str
    channel: str
    accuracy: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Who will answer a case, with which label, how and when; `number` counts its answers from 1."""

    user_id: str
    label: str
    manner: Manner
    at: datetime
    tries: int = 0
    number: int = 1


@dataclass
class Simulation:
    """Answers the `urgent` cases that appear in the channels and the share `answered_share` of the others.

    `examples` maps case ids to what was posted: the truth steers how often an expert is right. Each case gets
    `quorum` answers, and more while it is open all the same.
    """

    slack_url: str
    skills: tuple[Skill, ...]
    examples: Mapping[str, HeldOutExample]
    seed: int
    answered_share: float = 1.0
    urgent: Collection[str] = ()
    quorum: int = 1
    refusals: list[str] = field(default_factory=list)
    _people: dict[str, SimulatedPerson] = field(default_factory=dict)
    _plans: dict[str, Plan] = field(default_factory=dict)
    _done: set[str] = field(default_factory=set)

    def step(self, now: datetime) -> None:
        """Look through the channels once, plan for new cases, and answer what is due."""
        for channel in dict.fromkeys(skill.channel for skill in self.skills):
            reader = next(skill.user_id for skill in self.skills if skill.channel == channel)
            for message in self._person(reader).messages(channel):
                case_id = case_of(message)
                if case_id in self.examples and case_id not in self._done and controls(message):
                    self._attend(case_id, channel, message, now)

    def _attend(self, case_id: str, channel: str, message: JsonObject, now: datetime) -> None:
        plan = self._plans.get(case_id)
        if plan is None:
            share = 1.0 if case_id in self.urgent else self.answered_share
            plan = self._plan(self.examples[case_id], channel, share, now)
        self._plans[case_id] = plan
        if plan.user_id == "":
            self._done.add(case_id)
        elif plan.at <= now:
            self._carry_out(case_id, channel, message, plan, now)

    def _carry_out(self, case_id: str, channel: str, message: JsonObject, plan: Plan, now: datetime) -> None:
        try:
            answer(self._person(plan.user_id), channel, message, plan)
        except HandsRefused as refusal:
            self.refusals.append(f"{plan.user_id} {plan.manner}: {refusal}")
            self._try_again(case_id, plan, now + HASTE[0] * 2**plan.tries)
            return
        if plan.manner is Manner.ABSTAIN:
            self._hand_on(case_id, channel, plan, now)
        else:
            self._ask_next(case_id, channel, plan, now)

    def _try_again(self, case_id: str, plan: Plan, at: datetime) -> None:
        """Answer once more, should the case be open then."""
        self._plans[case_id] = replace(plan, at=at, tries=plan.tries + 1)

    def _hand_on(self, case_id: str, channel: str, plan: Plan, now: datetime) -> None:
        """Somebody who cannot tell leaves the case to the next expert of the channel."""
        truth, following = self.examples[case_id].truth, self._after(plan, channel).user_id
        self._plans[case_id] = Plan(following, truth, Manner.CLICK, now + HASTE[1], number=plan.number)

    def _ask_next(self, case_id: str, channel: str, plan: Plan, now: datetime) -> None:
        """Leave it to the next expert: to give another answer, or to settle what is open after all."""
        number, example = plan.number + 1, self.examples[case_id]
        dice = self._dice(example, number)
        expert = self._after(plan, channel)
        # Who is asked again looks more closely: three experts who say three things must come to an end.
        is_new = number <= len(self._of(channel))
        label = _label(example, expert, dice) if is_new else example.truth
        self._plans[case_id] = Plan(
            expert.user_id, label, Manner.CLICK, now + self._wait(number, dice), number=number
        )

    def _wait(self, number: int, dice: random.Random) -> timedelta:
        """Until the answer of that number is given; beyond those that are needed only if the case is open."""
        if number <= self.quorum:
            return HASTE[0] + (HASTE[1] - HASTE[0]) * dice.random()
        return SETTLES_AFTER if number == self.quorum + 1 > 2 else LOOKS_AGAIN_AFTER

    def _after(self, plan: Plan, channel: str) -> Skill:
        """Who comes after the plan's expert in the channel."""
        experts = self._of(channel)
        place = [skill.user_id for skill in experts].index(plan.user_id)
        return experts[(place + 1) % len(experts)]

    def _plan(self, example: HeldOutExample, channel: str, share: float, now: datetime) -> Plan:
        dice = self._dice(example, 1)
        if dice.random() >= share:
            return Plan("", "", Manner.CLICK, now)
        expert = dice.choice(self._of(channel))
        label = _label(example, expert, dice)
        manner = dice.choices(list(MANNERS), weights=list(MANNERS.values()))[0]
        shortest, longest = DELAY if dice.random() < LATE_SHARE else HASTE
        return Plan(expert.user_id, label, manner, now + shortest + (longest - shortest) * dice.random())

    def _dice(self, example: HeldOutExample, number: int) -> random.Random:
        """Its own for each answer to each case: which is looked at first must not change the answers."""
        return random.Random(f"{self.seed}:{example.external_id}:{number}")  # noqa: S311 - a simulation

    def _of(self, channel: str) -> list[Skill]:
        return [skill for skill in self.skills if skill.channel == channel]

    def _person(self, user_id: str) -> SimulatedPerson:
        if user_id not in self._people:
            self._people[user_id] = SimulatedPerson(self.slack_url, user_id)
        return self._people[user_id]


def _label(example: HeldOutExample, expert: Skill, dice: random.Random) -> str:
    return example.truth if dice.random() < expert.accuracy else _mistake(example, dice)


def _mistake(example: HeldOutExample, dice: random.Random) -> str:
    """A wrong label, likelier where the model, too, sees it."""
    wrong = [label for label in example.probabilities if label != example.truth]
    return dice.choices(wrong, weights=[example.probabilities[label] + 0.01 for label in wrong])[0]


def case_of(message: JsonObject) -> str:
    """The id of the case that a message shows; empty if it shows none."""
    screen = screen_by_metadata(message)
    return screen.case_id if screen else ""


def controls(message: JsonObject) -> list[tuple[JsonObject, JsonObject]]:
    """The pairs of block and element with which an open case can be answered; none once it is decided."""
    pairs = list(_elements(message))
    return pairs if any(_text(element).startswith("Confirm") for _, element in pairs) else []


def answer(person: SimulatedPerson, channel: str, message: JsonObject, plan: Plan) -> None:
    """Carry out `plan` on the message. Raises HandsRefused when Slack or the app does not take it."""
    if plan.manner is Manner.THREAD:
        person.reply(channel, message, f"{plan.label}: {_why(plan)}")
    elif plan.manner is Manner.ABSTAIN:
        _choose(person, channel, message, "Can't tell…")
        _submit(person, {"note": "I cannot make it out."})
    elif plan.manner is Manner.MODAL:
        block, element = next(pair for pair in _elements(message) if _text(pair[1]) == WITH_REASON)
        person.click(channel, message, block, element)
        _submit(person, {"label": plan.label, "rationale": _why(plan), "confidence": "high"})
    else:
        _confirm_or_choose(person, channel, message, plan)


def _confirm_or_choose(person: SimulatedPerson, channel: str, message: JsonObject, plan: Plan) -> None:
    for block, element in _elements(message):
        if element["type"] == "button" and _text(element).removeprefix("Confirm: ").rstrip("…") == plan.label:
            person.click(channel, message, block, element)
            break
    else:
        _choose(person, channel, message, plan.label)
    if person.window():
        _submit(person, {"label": plan.label, "rationale": _why(plan)})


def _choose(person: SimulatedPerson, channel: str, message: JsonObject, text: str) -> None:
    for block, element in _elements(message):
        for option in element.get("options", []):
            if option["text"]["text"] == text:
                person.choose(channel, message, block, element, option)
                return
    raise HandsRefused(f"The message offers no “{text}”.")


def _submit(person: SimulatedPerson, answers: dict[str, str]) -> None:
    window = person.window()
    if window is None:
        raise HandsRefused("No window opened.")
    fields = {block["block_id"] for block in inputs(window)}
    try:
        person.submit(window, {name: text for name, text in answers.items() if name in fields})
    except HandsRefused:
        person.close(window)
        raise


def _why(plan: Plan) -> str:
    return f"it looks like {plan.label} to me"


def _elements(message: JsonObject) -> Iterator[tuple[JsonObject, JsonObject]]:
    for block in message.get("blocks") or []:
        if block["type"] == "actions":
            for element in block["elements"]:
                yield block, element


def _text(element: JsonObject) -> str:
    return str((element.get("text") or {}).get("text", ""))
