"""GET: a service's cases, by our id or its own, the feed of decisions, and which inputs were bad."""

from enum import Enum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from bot.http.answer_shapes import BadInputs, CaseView, Feed
from bot.http.caller import Caller, caller_of
from bot.http.case_answers import case_body
from bot.http.openapi import refusals
from bot.http.posted_fields import NAME
from bot.http.problems import JsonObject, RequestFault, RequestRefused
from bot.http.rate_limit import Rates
from bot.http.signatures import Services
from bot.usecases import service_reads
from bot.usecases.context import Context
from bot.usecases.decision_document import contest_document, decision_document, label_document
from bot.usecases.expert_names import ExpertNames
from bot.usecases.service_reads import CaseStanding
from routing.label import labels_in_force
from storage.cases.decisions import FeedEntry

LAST_CURSOR = 2**63 - 1
TAGS: list[str | Enum] = ["Reading"]
REFUSALS = refusals(401, 422, 429, 503)
CaseId = Annotated[
    str, Path(max_length=100, pattern=NAME, examples=["case_3f0c9a51d27e48b6a9d4c1e07b52f816"])
]
ExternalId = Annotated[str, Query(min_length=1, max_length=200, pattern=NAME, examples=["payment-48213"])]
ServiceName = Annotated[
    str | None,
    Query(
        max_length=200,
        pattern=NAME,
        description="Your service's name; it must be the caller's.",
        examples=["shop"],
    ),
]
After = Annotated[int, Query(ge=0, le=LAST_CURSOR, description="The cursor to go on from.", examples=[0])]
Before = Annotated[
    int | None, Query(ge=1, le=LAST_CURSOR, description="Only what came before this.", examples=[48])
]
Limit = Annotated[int, Query(ge=1, le=1_000, examples=[100])]


def add(router: APIRouter, ctx: Context, services: Services, rates: Rates) -> None:
    """Add the reading routes, for services that sign as they do to post."""
    caller = caller_of(services, rates)
    _add_cases(router, ctx, caller)
    _add_feed(router, ctx, caller)
    _add_bad_inputs(router, ctx, caller)


def _add_cases(router: APIRouter, ctx: Context, caller: Caller) -> None:
    Name = Annotated[str, Depends(caller)]  # noqa: N806 - a type
    documented: dict[str, Any] = {
        "tags": TAGS,
        "response_model": CaseView,
        "responses": REFUSALS | refusals(404),
    }

    @router.get("/v1/cases/{case_id}", summary="Read a case", **documented)
    def read_case(case_id: CaseId, caller_name: Name) -> JsonObject:
        """Where a case is now, with its decision and the experts' answers once it is decided."""
        return _view(service_reads.standing(ctx, caller_name, case_id))

    @router.get("/v1/cases", summary="Find a case", **documented)
    def find_case(caller_name: Name, external_id: ExternalId, service: ServiceName = None) -> JsonObject:
        """The case that you posted under your own id."""
        # Another service's case is not there, rather than forbidden: nobody learns which ids others use.
        is_own = service is None or service == caller_name
        return _view(service_reads.standing_of(ctx, caller_name, external_id) if is_own else None)


def _add_feed(router: APIRouter, ctx: Context, caller: Caller) -> None:
    Name = Annotated[str, Depends(caller)]  # noqa: N806 - a type

    @router.get(
        "/v1/decisions", tags=TAGS, response_model=Feed, responses=REFUSALS, summary="Read the decisions"
    )
    def read_decisions(caller_name: Name, after: After = 0, limit: Limit = 100) -> JsonObject:
        """Decisions of your cases in order; for services that cannot take callbacks.

        Ask with `after=0` first, then with the `next` of the answer before. Pass over events that you do not
        know: more may come.
        """
        page = service_reads.decision_feed(ctx, caller_name, after, limit)
        lines = [_line(entry, page.names) for entry in page.entries]
        return {"decisions": lines, "next": page.next, "has_more": page.has_more}


def _add_bad_inputs(router: APIRouter, ctx: Context, caller: Caller) -> None:
    Name = Annotated[str, Depends(caller)]  # noqa: N806 - a type

    @router.get(
        "/v1/bad-inputs",
        tags=TAGS,
        response_model=BadInputs,
        responses=REFUSALS,
        summary="Read which inputs were bad",
    )
    def read_bad_inputs(caller_name: Name, before: Before = None, limit: Limit = 100) -> JsonObject:
        """Inputs of your cases that experts called bad: broken, unreadable, or not for the question.

        The case goes on waiting for somebody who can answer it. Who said so is not told.
        """
        stated = service_reads.bad_inputs_of(ctx, caller_name, before, limit + 1)
        shown = stated[:limit]
        lines = [
            {
                "case_id": line.case_id,
                "external_id": line.external_id,
                "task": line.task,
                "stated_at": line.stated_at,
                "note": line.note,
            }
            for line in shown
        ]
        return {"bad_inputs": lines, "next": shown[-1].number if len(stated) > limit else None}


def _view(standing: CaseStanding | None) -> JsonObject:
    if standing is None:
        raise RequestRefused(404, RequestFault((), "you have no such case", "not_found"))
    prediction, case, decision = standing.prediction, standing.case, standing.decision
    names = standing.names
    submission = prediction.submission
    return {
        **case_body(prediction, case.due_at if case else None),
        "service": submission.service,
        "task": submission.task,
        "origin": submission.origin.value,
        "kind": submission.origin.value,
        "status": standing.status,
        "predicted_label": submission.prediction.label,
        "received_at": prediction.received_at,
        "policy_version": prediction.policy_version,
        "decision": decision_document(decision, case.tier, labels_in_force(standing.labels), names)
        if case and decision
        else None,
        "labels": [label_document(label, names) for label in standing.labels],
        "contests": [contest_document(case, contest, names) for contest in case.contests] if case else [],
    }


def _line(entry: FeedEntry, names: ExpertNames) -> JsonObject:
    return {
        "cursor": entry.cursor,
        "event": entry.event,
        "case_id": entry.decision.case_id,
        "external_id": entry.external_id,
        **decision_document(entry.decision, entry.tier, entry.labels, names),
    }
