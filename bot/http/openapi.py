"""Completes the OpenAPI document: how to sign, what plain routes take, each refusal's shape, callbacks."""

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.responses import Response

from bot.http.answer_shapes import BatchAnswer, CaseAnswer, Problem
from bot.http.callback_shapes import CALLBACKS, CallbackEvent
from bot.http.examples import CONFLICT, POSTED_CASE
from bot.http.posted_case import PostedCase
from bot.http.problems import JsonObject

REF = "#/components/schemas/{model}"
SIGNED: dict[str, list[str]] = {"webhookId": [], "webhookTimestamp": [], "webhookSignature": []}
SECURITY: list[dict[str, list[str]]] = [SIGNED, {"bearer": []}]
OPEN: JsonObject = {"security": []}
SCHEMES = {
    "webhookId": {"type": "apiKey", "in": "header", "name": "webhook-id"},
    "webhookTimestamp": {"type": "apiKey", "in": "header", "name": "webhook-timestamp"},
    "webhookSignature": {"type": "apiKey", "in": "header", "name": "webhook-signature"},
    "bearer": {"type": "http", "scheme": "bearer"},
}
DESCRIPTION = """
Post what a model predicted; get it back decided by the right expert.

**Signing.** Every request is signed by the [Standard Webhooks](https://www.standardwebhooks.com) scheme: the
headers `webhook-id` (unique per message, at most 200 visible ASCII characters), `webhook-timestamp` (seconds,
within 5 minutes) and `webhook-signature` (`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`). A
`GET` has no body: sign its path and query in its place, exactly as they are sent, such as
`/v1/decisions?after=7`, so that the signature fits no other request. The service is known by the secret that
fits: no header names it, and several secrets may live at once for rotation. Where the policy allows it,
`Authorization: Bearer <key>` does instead.

**Once.** `external_id` names a case for ever: the same body, however its keys, numbers, durations and letters
are written, gets the same answer (200), also after the policy has changed; another body is refused (409). A
`webhook-id` that comes again with the same body gets its first answer (with `webhook-replayed: true`), with
another body 409. So a request whose answer was lost can be sent again without a thought.

**What comes back.** A callback is signed the same way; its `type` is `case.decided`, `case.corrected`
(another decision, with the next `sequence`), `case.reopened` (the decision no longer holds), `case.amended`
(the same decision, but an answer got its reason later or in other words, or one that it does not rest on
changed), `case.contested` (somebody objects; the decision stands until the next) or `case.upheld` (that next
decision says the same); each is described among the webhooks. Types and fields are only ever added: pass over
what you do not know.
Its `data` has the `version` that the policy asks for. Version 2 (`callback_version = 2`) is the schema
`CallbackData`; its `decision` is what `GET /v1/cases/{case_id}` shows and what a line of the feed
`GET /v1/decisions` holds, with tier, method and the answers in force with their reasons. Version 1, where the
policy asks for none, has `kind` beside `origin`, `tier` and `labels` beside `decision` and not in it, each
person as `{"team_id", "user_id"}` and each reason as `{"text", "reason_code"}`.

**Who answered.** The policy says for each service as whom it is told of experts, alike everywhere:
`expose_experts = "none"`, `"pseudonym"` (such as `expert_7f3a91c2b4`, one for each person, which stays when
secrets change and tells nothing of their Slack account) or `"slack_id"`. Where it says nothing, callbacks
hold Slack's ids, and `GET` and the feed nobody. Version 1 has a pseudonym as `user_id`, `team_id` empty.

**Limits.** A case is at most 1 MiB, a batch 8 MiB and 1,000 items, a picture 256 KiB. Unknown keys, keys that
occur twice in one object, NaN and the character NUL are refused. Over the rate that the policy gives the
service: 429; a minute's worth may come at once, and a batch counts as its items.

**Refusals** have one shape, `{"detail": [{"loc", "msg", "type"}]}`, and name every fault that was found.
"""
REASONS = {
    400: "The connection ended before the body did, or the request is not HTTP.",
    401: "No live secret of any service fits, or the timestamp is more than 5 minutes off.",
    403: "The service may not post this task.",
    404: "There is no such case, or it is another service's.",
    408: "The body came too slowly.",
    409: "The same id was posted with another body.",
    413: "The body is too large.",
    415: "The body is of another type, or compressed.",
    422: "The body or a parameter is malformed; every wrong field is named.",
    429: "Over the rate the policy gives the service.",
    503: "Not now: the database does not answer, or too much is waiting.",
}
CALLBACK_ANSWERS: dict[int | str, dict[str, Any]] = {
    410: {"description": "The endpoint is gone: nothing is sent again until somebody retries it."},
    "default": {"description": "Sent again, later each time, for three days; redirects are not followed."},
}
WAITS = frozenset({429, 503})
REPLAYED = {
    "webhook-replayed": {
        "schema": {"type": "string", "const": "true"},
        "description": "There when this is the first answer to a webhook-id that came again.",
    }
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documentation of these refusals, for an operation's `responses`."""
    return {status: _refusal(status) for status in statuses}


def _refusal(status: int) -> dict[str, Any]:
    answer: dict[str, Any] = {"model": Problem, "description": REASONS[status]}
    if status in WAITS:
        schema = {"type": "integer", "minimum": 1}
        answer["headers"] = {"Retry-After": {"schema": schema, "description": "Seconds to wait."}}
    return answer


_POST_REFUSALS = refusals(400, 401, 408, 413, 415, 422, 429, 503)
_CASE = {"$ref": REF.format(model="PostedCase")}
_CASES = {"type": "array", "items": _CASE, "maxItems": 1_000}


def _body(content: JsonObject) -> JsonObject:
    return {"requestBody": {"required": True, "content": content}}


POST_CASE: JsonObject = {
    "summary": "Post a case",
    "description": "Once it is answered it is stored. Most cases are answered within milliseconds.",
    "status_code": 202,
    "response_model": CaseAnswer,
    "response_description": "Stored.",
    "responses": {
        200: {"model": CaseAnswer, "description": "The same body was posted before.", "headers": REPLAYED},
        **refusals(403),
        409: {
            "model": Problem,
            "description": REASONS[409],
            "content": {"application/json": {"example": CONFLICT}},
        },
        **_POST_REFUSALS,
    },
    "openapi_extra": _body({"application/json": {"schema": _CASE, "example": POSTED_CASE}}),
}
POST_BATCH: JsonObject = {
    "summary": "Post many cases",
    "description": (
        "A JSON array, or NDJSON with one case a line: up to 1,000 items and 8 MiB, each item up to 1 MiB. "
        "Good items are stored though others are bad; each is answered in its place, with the status that it "
        "would have had alone. Only a body that is no array or NDJSON at all is refused as a whole."
    ),
    "status_code": 200,
    "response_model": BatchAnswer,
    "response_description": "One answer per item, in order.",
    "responses": {
        409: {"model": Problem, "description": "The webhook-id was used with another body."},
        **_POST_REFUSALS,
    },
    "openapi_extra": _body(
        {
            "application/json": {"schema": _CASES, "example": [POSTED_CASE]},
            "application/x-ndjson": {"schema": {"type": "string"}, "example": json.dumps(POSTED_CASE) + "\n"},
        }
    ),
}


def complete(app: FastAPI) -> None:
    """Make `app` serve the completed document."""
    for event, shape in CALLBACKS.items():
        _add_callback(app, event, shape)

    def document() -> JsonObject:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def _add_callback(app: FastAPI, event: str, shape: type[CallbackEvent]) -> None:
    """Describe what we send, in the place of a handler that FastAPI would have: it serves no webhooks."""
    body = _body({"application/json": {"schema": {"$ref": REF.format(model=shape.__name__)}}})
    app.webhooks.add_api_route(
        event,
        lambda: None,
        methods=["POST"],
        name=event,
        operation_id=event.replace(".", "_"),
        tags=["Callbacks"],
        summary=event,
        description=shape.__doc__,
        response_class=Response,
        response_model=None,
        response_description="Taken, as with any other status from 200 to 299.",
        responses=CALLBACK_ANSWERS,
        openapi_extra={"security": [SIGNED], **body},
    )


def _document(app: FastAPI) -> JsonObject:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=DESCRIPTION,
        routes=app.routes,
        webhooks=app.webhooks.routes,
        tags=app.openapi_tags,
    )
    _, others = models_json_schema(
        [(PostedCase, "validation"), *((shape, "serialization") for shape in CALLBACKS.values())],
        ref_template=REF,
    )
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update(others["$defs"])
    components["securitySchemes"] = SCHEMES
    document["security"] = SECURITY
    return document
