"""What is wrong with a posted case beside the form of its values, where the values in question are right."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.http.posted_fields import moment_of
from bot.http.problems import Path, RequestFault
from bot.http.questions.question_list import ANSWERS
from routing.policy import Policy, Task
from routing.triage.prediction_check import Statement, check_prediction

BODY: Path = ("body",)
TASK: Path = (*BODY, "task")
FORBIDDEN = "forbidden_task"
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Legible:
    """A posted value, with the places where it is wrong: what lies there is not looked at again."""

    value: Any
    wrong: tuple[Path, ...] = ()

    def at(self, *path: str | int) -> Any:
        """What stands there; None where nothing does, or where it, a part of it or what holds it is wrong."""
        # A wrong value is complained of once: what is concluded from
        # it would be an error that the caller did not make.
        if self.wrong and any(path[: len(place)] == place[: len(path)] for place in self.wrong):
            return None
        return self.inside(*path)

    def inside(self, *path: str | int) -> Any:
        """What stands there, right or wrong; None where nothing does."""
        here = self.value
        for step in path:
            here = here.get(step) if isinstance(here, dict) else None  # a Mapping costs four times as much
        return here


def mismatches(case: Legible) -> Iterator[RequestFault]:
    """What does not go together in any case of any task."""
    prediction, image = case.inside("prediction"), case.inside("input", "image")
    if isinstance(prediction, Mapping) and sum(prediction.get(name) is not None for name in ANSWERS) != 1:
        words = 'give either a label or, where the task has one, a rating, such as {"label": "fraud"}'
        yield RequestFault((*BODY, "prediction"), words, "answer")
    if isinstance(image, Mapping):
        source = [name for name in ("url", "data", "media_type") if image.get(name) is not None]
        if source not in (["url"], ["data", "media_type"]):
            words = "give either url, or data and media_type together"
            yield RequestFault((*BODY, "input", "image"), words, "image_source")


def objections(case: Legible, policy: Policy, service: str, now: datetime) -> Iterator[RequestFault]:
    """What the policy and the clock have against it: tomorrow it may be another thing."""
    yield from _circumstances(case, policy, now)
    name = case.at("task")
    if name is None:
        return
    sender = policy.services.get(service)  # it may have left the policy since its signature was checked
    if name not in policy.tasks:
        yield RequestFault(TASK, "the policy has no such task", "unknown_task")
    elif sender is None or name not in sender.tasks:
        yield RequestFault(TASK, "your service may not post this task", FORBIDDEN)
    else:
        yield from _prediction(case, policy.tasks[name])


def _circumstances(case: Legible, policy: Policy, now: datetime) -> Iterator[RequestFault]:
    happened_at, address = case.at("occurred_at"), case.at("callback_url")
    if happened_at is not None and moment_of(happened_at) > now + AHEAD:
        words = "it is more than 5 minutes ahead of the clock here; send when it happened"
        yield RequestFault((*BODY, "occurred_at"), words, "datetime_future")
    if address is not None and not (address.startswith("https:") or policy.allow_private_callbacks):
        yield RequestFault((*BODY, "callback_url"), "it must begin with https://", "url_scheme")


def _prediction(case: Legible, task: Task) -> Iterator[RequestFault]:
    answers = [answer for name in ANSWERS if (answer := case.at("prediction", name)) is not None]
    held = case.inside("prediction", "probabilities")
    statement = Statement(
        key=str(answers[0]) if len(answers) == 1 else None,
        confidence=case.at("prediction", "confidence"),
        names=tuple(held) if isinstance(held, Mapping) else (),
        probabilities=case.at("prediction", "probabilities"),
    )
    for path, message in check_prediction(task, statement):
        yield RequestFault((*BODY, *path.split(".", 2)), message, "prediction")
