"""From the text of a posted case to what the use case takes, or to every fault in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import ValidationError

from bot.http import strict_json
from bot.http.body_digests import earlier_digest, present_digest
from bot.http.body_limits import CASE_BYTES
from bot.http.case_checks import BODY, FORBIDDEN, Legible, mismatches, objections
from bot.http.fault_words import faults_in_words
from bot.http.posted_case import CASE, PostedCase, PostedInput
from bot.http.problems import JsonObject, RequestFault, RequestRefused, first_faults
from bot.usecases.context import Context
from bot.usecases.intake.admission import Picture, PostedItem
from bot.usecases.intake.outcome import BodyIdentity
from routing.policy import Policy
from routing.prediction import CaseInput, Evidence, Image, ModelRef, Prediction, Submission
from routing.probabilities import even_out
from routing.triage.present_names import under_present_names

STRICTER = frozenset({"datetime", "url"})
"""Faults of what an earlier version may have taken: a body with no other is looked for."""


class CaseRefused(RequestRefused):
    """The case may not be posted now.

    `identities` are what it was stored under if it was posted before, when it could be: it is answered then.
    """

    def __init__(self, faults: Sequence[RequestFault], identities: tuple[BodyIdentity, ...]) -> None:
        status = 403 if any(fault.type == FORBIDDEN for fault in faults) else 422
        super().__init__(status, *first_faults(faults, BODY))
        self.identities = identities


@dataclass(frozen=True, slots=True)
class Parser:
    """Reads posted cases by the rules of a policy, which the caller takes once for a request."""

    ctx: Context

    def parse(self, text: str, service: str, policy: Policy) -> PostedItem:
        """The case in `text`; raises RequestRefused (413, 422, 403) naming each wrong field.

        It is a CaseRefused where the case may have been taken before by another policy or version.
        """
        value, received_at = _read(text), self.ctx.clock.now()
        case, faults = _formed(value)
        legible = Legible(value, tuple(fault.loc[len(BODY) :] for fault in faults))
        faults += mismatches(legible)
        earlier = _earlier(text, value, service) if all(fault.type in STRICTER for fault in faults) else None
        identities = (earlier,) if earlier else ()
        if case is None or faults:
            faults += objections(legible, policy, service, received_at)
            raise CaseRefused(faults, identities)
        identities = (BodyIdentity((service, case.external_id), partial(present_digest, case)), *identities)
        objected = tuple(objections(legible, policy, service, received_at))
        if objected:
            raise CaseRefused(objected, identities)
        posted = _posted(case, service, received_at, self.ctx.new_id, identities)
        return replace(posted, submission=under_present_names(policy.task(case.task), posted.submission))


def _read(text: str) -> Any:
    """The value of the text, with a list of labels and scores turned into probabilities."""
    if len(text) > CASE_BYTES or len(text.encode()) > CASE_BYTES:  # characters first: they cost nothing
        raise RequestRefused(
            413, RequestFault(BODY, f"the item is larger than {CASE_BYTES} bytes", "body_too_large")
        )
    value = strict_json.read(text, BODY)  # pydantic takes the last of two equal keys, other parsers the first
    prediction = value.get("prediction") if isinstance(value, dict) else None
    if isinstance(prediction, dict):
        prediction["probabilities"] = _by_label(prediction.get("probabilities"))
    elif isinstance(by_label := _by_label(prediction), dict):
        # The first of equals, as the service listed them: the
        # same body has to give the same prediction for ever.
        likeliest = max(by_label, key=lambda label: by_label[label])
        value["prediction"] = {"label": likeliest, "probabilities": by_label}
    return value


def _by_label(listed: Any) -> Any:
    """A list of labels and scores as the scores by label; anything else as it is."""
    pairs = listed if isinstance(listed, list) else []
    by_label = {item["label"]: item["score"] for item in pairs if _is_scored(item)}
    return by_label if pairs and len(by_label) == len(pairs) else listed


def _is_scored(item: Any) -> bool:
    is_pair = isinstance(item, Mapping) and item.keys() == {"label", "score"}
    return is_pair and isinstance(item["label"], str) and isinstance(item["score"], int | float)


def _formed(value: Any) -> tuple[PostedCase | None, list[RequestFault]]:
    """The case, or what is wrong with the form of its values."""
    try:
        return CASE.validate_python(value), []
    except ValidationError as error:
        return None, faults_in_words(error.errors(include_url=False, include_input=False), BODY)


def _earlier(text: str, value: JsonObject, service: str) -> BodyIdentity:
    """What version 1 knew the same body by, as it was written: its letters were not composed."""
    has_letters = not text.isascii() or "\\u" in text  # only these can be composed
    written = strict_json.read_raw(text) if has_letters else value
    return BodyIdentity(
        (service, str(written.get("external_id"))), lambda: earlier_digest(strict_json.read_raw(text))
    )


def _posted(
    case: PostedCase,
    service: str,
    received_at: datetime,
    new_id: Callable[[str], str],
    identities: tuple[BodyIdentity, ...],
) -> PostedItem:
    image = case.input.image
    content = image.content if image is not None else None
    picture = None
    if image is not None and content is not None and image.media_type is not None:
        picture = Picture(new_id("image"), image.media_type, content)
    submission = _submission(case, service, received_at, picture.image_id if picture else None)
    present, *earlier = identities
    return PostedItem(submission, present.body_digest() or b"", picture, next(iter(earlier), None))


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
        due_in=case.due_in,
        recommended_action=case.recommended_action,
        intent=case.intent,
        group=case.group,
    )


def _case_input(posted: PostedInput, image_id: str | None) -> CaseInput:
    image = posted.image
    shown = None if image is None else Image(image.alt_text, image.url, image_id)
    return CaseInput(posted.text, posted.fields, posted.link, shown)


def _prediction(case: PostedCase) -> Prediction:
    posted = case.prediction
    probabilities = None if posted.probabilities is None else even_out(posted.probabilities)
    return Prediction(
        label=posted.key,
        # After evening out: the confidence has to be the very probability that stands beside it.
        confidence=posted.confidence if probabilities is None else probabilities[posted.key],
        model=ModelRef(case.model.name, case.model.version),
        probabilities=probabilities,
        scores=case.scores,
    )
