"""Traffic of a year, with its weekends, skewed confidences, fields, slices and texts, and how it changes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from routing.evidence.alarm import AlarmKind
from routing.measures.drift.observations import Observation
from routing.measures.sample import Floats
from routing.prediction import CaseInput

DAY = timedelta(days=1)
WEEKEND = 0.5
"""What comes in on a Saturday or a Sunday, of what does on other days."""
TOPICS = 25
WORDS_OF_A_TOPIC = 12
COMMON_WORDS = 400
RARE_WORDS = 30_000
"""So many that most texts have one that hardly any other has: names, places, misspelt words."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A task's traffic: how much comes in a day, and whether with texts."""

    name: str
    a_day: float
    has_text: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to a prediction from some day on, and the kind of alarm that should tell it."""

    name: str
    kind: AlarmKind
    happens: Callable[[Observation, np.random.Generator], Observation]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A prediction, and when it came in."""

    at: datetime
    seen: Observation


def _new_country(seen: Observation, rng: np.random.Generator) -> Observation:
    if rng.random() >= 0.2:
        return seen
    return replace(seen, input=replace(seen.input, fields={**seen.input.fields, "country": "pt"}))


def _less_sure(seen: Observation, rng: np.random.Generator) -> Observation:
    return replace(seen, confidence=max(0.0, seen.confidence - 0.1))


def _new_topic(seen: Observation, rng: np.random.Generator) -> Observation:
    if rng.random() >= 0.15:
        return seen
    return replace(seen, input=replace(seen.input, text=_text(TOPICS, rng)))


STREAMS = (
    Stream("70 a day", 70.0, has_text=False),
    Stream("30 a week, with texts", 30 / 7, has_text=True),
)
CHANGES = (
    Change("a new value of a field in 20 %", AlarmKind.FIELD, _new_country),
    Change("confidence lower by 0.1", AlarmKind.CONFIDENCE, _less_sure),
    Change("a new topic in 15 % of texts", AlarmKind.TOPICS, _new_topic),
)


def arrivals(
    stream: Stream,
    since: datetime,
    days: int,
    rng: np.random.Generator,
    change: Change | None = None,
    changed_at: datetime | None = None,
) -> list[Arrived]:
    """What comes in over so many days, in order; from `changed_at` on as the change has it."""
    found: list[Arrived] = []
    for day in range(days):
        at = since + day * DAY
        is_weekend = at.weekday() >= 5
        rate = stream.a_day * 7 / (5 + 2 * WEEKEND) * (WEEKEND if is_weekend else 1.0)
        for seen in _day(stream, rng, int(rng.poisson(rate)), is_weekend=is_weekend):
            is_changed = change is not None and changed_at is not None and at >= changed_at
            found.append(Arrived(at, change.happens(seen, rng) if change and is_changed else seen))
    return found


def _day(stream: Stream, rng: np.random.Generator, n: int, *, is_weekend: bool) -> list[Observation]:
    confidence = np.where(rng.random(n) < 0.85, 1 - 0.2 * rng.random(n) ** 3, rng.random(n))
    label = rng.choice(8, n, p=_falling(8))
    country = rng.choice(["us", "de", "fr", "it"], n, p=[0.6, 0.25, 0.1, 0.05])
    product = rng.choice(40, n, p=_falling(40))
    amount = rng.lognormal(3, 1, n).round(2)
    is_app = rng.random(n) < (0.7 if is_weekend else 0.55)
    return [
        Observation(
            case_id="",
            input=CaseInput(
                _text(int(label[place]) * 3 + int(rng.integers(3)), rng) if stream.has_text else None,
                {
                    "country": str(country[place]),
                    "product": f"p{product[place]}",
                    "amount": float(amount[place]),
                },
            ),
            label=f"l{label[place]}",
            confidence=float(confidence[place]),
            slices={"channel": "app" if is_app[place] else "web", "country": str(country[place])},
        )
        for place in range(n)
    ]


def _falling(n: int) -> Floats:
    """Shares that fall as 1, 1/2, 1/3 and so on."""
    masses = 1 / np.arange(1, n + 1)
    return np.asarray(masses / masses.sum())


def _text(topic: int, rng: np.random.Generator) -> str:
    """Four words of a topic, six of those that are common to all, and one of very many."""
    own = (
        _word("t", topic * WORDS_OF_A_TOPIC + int(place)) for place in rng.integers(WORDS_OF_A_TOPIC, size=4)
    )
    common = (_word("c", int(place)) for place in COMMON_WORDS ** rng.random(6))
    return " ".join([*own, *common, _word("r", int(RARE_WORDS ** rng.random()))])


def _word(kind: str, number: int) -> str:
    """A word of letters: of digits none would be told from another."""
    return kind + "".join(chr(ord("a") + int(digit)) for digit in str(number))
