"""From the text of a posted case to what the use case takes, or to every fault in it."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pydantic import ValidationError

from bot.http import strict_json
from bot.http.body_limits import CASE_BYTES
from bot.http.posted_case import CASE, PostedCase, PostedInput, json_values
from bot.http.problems import Path, RequestFault, RequestRefused, invalid
from bot.usecases.context import Context
from bot.usecases.intake.outcome import Identity
from bot.usecases.intake.admission import Picture, PostedItem
from routing.policy import Policy, parse_duration
from routing.prediction import CaseInput, Evidence, Image, ModelRef, Prediction, Submission
from routing.triage.submission_check import check_submission

BODY: Path = ("body",)
TASK: Path = (*BODY, "task")
FORBIDDEN = "forbidden_task"
AHEAD = timedelta(minutes=5)


class CaseRefused(RequestRefused):
    """The case may not be posted now.

    `identities` are what it was stored under if it was posted before, when it could be: it is answered then.
    """

    def __init__(self, faults: Sequence[RequestFault], identities: tuple[Identity, ...]) -> None:
        status = 403 if faults[0].type == FORBIDDEN else 422
        super().__init__(status, *faults)
        self.identities = identities


@dataclass(frozen=True, slots=True)
class Parser:
    """Reads posted cases by the rules of a policy, which the caller takes once for a request."""

    ctx: Context

    def parse(self, text: str, service: str, policy: Policy) -> PostedItem:
        """The case in `text`; raises RequestRefused (413, 422, 403) naming each wrong field.

        It is a CaseRefused where only the clock or the policy, which may have changed, is against it.
        """
        case, received_at = _parsed(text), self.ctx.clock.now()
        posted = _posted(case, service, received_at, self.ctx.new_id)
        faults = [*_task_faults(policy, service, case.task), *_circumstances(policy, case, received_at)]
        if not any(fault.loc == TASK for fault in faults):
            for path, message in check_submission(policy.task(case.task), posted.submission):
                faults.append(RequestFault((*BODY, *path.split(".", 2)), message, "prediction"))
        if faults:
            raise CaseRefused(faults, posted.identities)
        return posted


def _task_faults(policy: Policy, service: str, task: str) -> Iterator[RequestFault]:
    if task not in policy.tasks:
        yield RequestFault(TASK, "the policy has no such task", "unknown_task")
        return
    sender = policy.services.get(service)  # it may have left the policy since its signature was checked
    if sender is None or task not in sender.tasks:
        yield RequestFault(TASK, "your service may not post this task", FORBIDDEN)


def _circumstances(policy: Policy, case: PostedCase, received_at: datetime) -> list[RequestFault]:
    """What only the clock and the policy can tell."""
    faults = []
    if case.occurred_at is not None and case.occurred_at > received_at + AHEAD:
        faults.append(RequestFault((*BODY, "occurred_at"), "more than 5 minutes ahead", "datetime_future"))
    is_plain = case.callback_url is not None and urlsplit(case.callback_url).scheme != "https"
    if is_plain and not policy.allow_private_callbacks:
        faults.append(RequestFault((*BODY, "callback_url"), "must begin with https://", "url_scheme"))
    return faults


def _parsed(text: str) -> PostedCase:
    if len(text) > CASE_BYTES or len(text.encode()) > CASE_BYTES:  # characters first: they cost nothing
        raise RequestRefused(
            413, RequestFault(BODY, f"the item is larger than {CASE_BYTES} bytes", "body_too_large")
        )
    strict_json.check(text, BODY)  # pydantic takes the last of two equal keys, other parsers the first
    try:
        return CASE.validate_json(text)
    except ValidationError as error:
        raise invalid(error, BODY) from None


def _digest(case: PostedCase) -> bytes:
    """What the case says, whatever the order of its keys."""
    canonical = json.dumps(json_values(case), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()


def _posted(
    case: PostedCase, service: str, received_at: datetime, new_id: Callable[[str], str]
) -> PostedItem:
    image = case.input.image
    content = image.content if image is not None else None
    picture = None
    if image is not None and content is not None and image.media_type is not None:
        picture = Picture(new_id("image"), image.media_type, content)
    submission = _submission(case, service, received_at, picture.image_id if picture else None)
    return PostedItem(submission, _digest(case), picture)


def _submission(case: PostedCase, service: str, received_at: datetime, image_id: str | None) -> Submission:
    return Submission(
        service=service,
        external_id=case.external_id,
        task=case.task,
        input=_case_input(case.input, image_id),
        prediction=_prediction(case),
        occurred_at=case.occurred_at or received_at,
        origin=case.declared_origin,
        evidence=tuple(Evidence(item.title, item.text, item.link) for item in case.evidence),
        slices=case.slices,
        callback_url=case.callback_url,
        due_in=None if case.due_in is None else parse_duration(case.due_in),
    )


def _case_input(posted: PostedInput, image_id: str | None) -> CaseInput:
    image = posted.image
    shown = None if image is None else Image(image.alt_text, image.url, image_id)
    return CaseInput(posted.text, posted.fields, posted.link, shown)


def _prediction(case: PostedCase) -> Prediction:
    prediction = case.prediction
    return Prediction(
        label=prediction.key,
        confidence=prediction.own_confidence,
        model=ModelRef(case.model.name, case.model.version),
        probabilities=prediction.probabilities,
        scores=case.scores,
    )
