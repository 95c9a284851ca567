"""GET /v1/reports: the digests of a team as they were made, for programs instead of screenshots."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query
from pydantic import ValidationError
from starlette.responses import Response

from bot.http import report_example
from bot.http.answer_shapes import Reports
from bot.http.caller import Caller, caller_of
from bot.http.openapi import refusals
from bot.http.posted_fields import NAME
from bot.http.problems import JsonObject, RequestFault, RequestRefused, json_response
from bot.http.rate_limit import Rates
from bot.http.signatures import Services
from bot.usecases.context import Context
from bot.usecases.digest import service_reports
from bot.usecases.digest.digest_document import VERSION, current, from_document
from bot.usecases.digest.service_reports import TeamForbidden, TeamUnknown
from bot.words.digest_code_words import REACHES, STATES, code_words, with_words
from routing.digest.csv import to_csv
from routing.digest.digest import Digest
from storage.leads.digests import StoredDigest


@dataclass(frozen=True, slots=True)
class ReportView(Digest):
    """A digest, with the version of its form."""

    version: int = VERSION


CSV = ("text", "csv")
JSON = ("application", "json")
VARIES = {"vary": "accept"}
TeamName = Annotated[str, Path(max_length=100, pattern=NAME, examples=["risk"])]
LastDay = Annotated[
    date,
    Path(description="The day of the team's calendar on which the week ended.", examples=["2026-11-16"]),
]
Accept = Annotated[str, Header(include_in_schema=False)]  # OpenAPI: "shall be ignored"
Limit = Annotated[int, Query(ge=1, le=100, examples=[10])]
REFUSALS = refusals(401, 422, 429, 503) | {
    403: {**refusals(403)[403], "description": "The team has tasks that the service may not post."},
    404: {**refusals(404)[404], "description": "There is no such team, or no digest of that week."},
}
TAGS: list[str | Enum] = ["Reports"]


def _meanings(words: Mapping[Any, str]) -> str:
    return ", ".join(f"`{code.value}` ({meaning})" for code, meaning in words.items())


MEANINGS = (
    "The digest, as JSON or as CSV.\n\n"
    f"`reach` is a code: {_meanings(REACHES)}. `state` is one too: {_meanings(STATES)}. `reach_words` and "
    "`state_words` beside them are the words in brackets, which version 0 of the document had in their "
    "place; they go in a later release. Codes and keys are only ever added: pass over what you do not know. "
    "`version` is the document's; digests of earlier versions are given as this one writes them."
)
DOCUMENTED: dict[str, Any] = {
    "tags": TAGS,
    "response_model": ReportView,
    "responses": REFUSALS
    | {
        200: {
            "description": MEANINGS,
            "content": {
                "application/json": {"example": report_example.DIGEST},
                "text/csv": {"schema": {"type": "string"}, "example": report_example.DIGEST_CSV},
            },
        }
    },
}


def add(router: APIRouter, ctx: Context, services: Services, rates: Rates) -> None:
    """Add the routes of the reports, for services that sign as they do to post."""
    caller = caller_of(services, rates)
    _add_list(router, ctx, caller)
    _add_report(router, ctx, caller)


def _add_list(router: APIRouter, ctx: Context, caller: Caller) -> None:
    Name = Annotated[str, Depends(caller)]  # noqa: N806 - a type

    @router.get(
        "/v1/reports/{team}",
        tags=TAGS,
        response_model=Reports,
        responses=REFUSALS,
        summary="List the reports",
    )
    def list_reports(team: TeamName, caller_name: Name, limit: Limit = 10) -> JsonObject:
        """The digests of a team, newest first; for services that may post all of the team's tasks."""
        with _telling():
            kept = service_reports.newest(ctx, caller_name, team, limit)
        return {"reports": [_line(digest) for digest in kept]}


def _add_report(router: APIRouter, ctx: Context, caller: Caller) -> None:
    Name = Annotated[str, Depends(caller)]  # noqa: N806 - a type

    @router.get("/v1/reports/{team}/{last_day}", summary="Read a report", **DOCUMENTED)
    def read_report(
        team: TeamName, last_day: LastDay, caller_name: Name, accept: Accept = "application/json"
    ) -> Response:
        """The digest of a week as it was made, whatever became known later; the same numbers as in Slack.

        JSON, or with `Accept: text/csv` one line per number, which a spreadsheet reads.

        Shares lie between 0 and 1, durations are in ISO 8601. `reach` says what a number speaks of; instead
        of a number that would rest on too few labels there is `{"n", "needed"}`, in CSV no value.
        """
        with _telling():
            digest = service_reports.ended_on(ctx, caller_name, team, last_day)
        if digest is None:
            raise RequestRefused(
                404, RequestFault(("path", "last_day"), "no digest of that week was made", "not_found")
            )
        if prefers_csv(accept):
            return _csv(digest)
        return json_response(200, with_words(current(digest.document)), VARIES)


def prefers_csv(accept: str) -> bool:
    """Whether the header asks for CSV rather than JSON (RFC 9110, section 12.5.1)."""
    weights = dict(_weighed(part) for part in accept.lower().split(","))
    return _weight(weights, CSV) > _weight(weights, JSON)


def _weighed(part: str) -> tuple[str, float]:
    media_range, *parameters = map(str.strip, part.split(";"))
    weight = next(
        (parameter.removeprefix("q=") for parameter in parameters if parameter.startswith("q=")), "1"
    )
    try:
        return media_range, float(weight)
    except ValueError:
        return media_range, 0.0


def _weight(weights: dict[str, float], media_type: tuple[str, str]) -> float:
    """That of the most exact range."""
    kind, form = media_type
    ranges = (f"{kind}/{form}", f"{kind}/*", "*/*")
    return next((weights[media_range] for media_range in ranges if media_range in weights), 0.0)


@contextmanager
def _telling() -> Iterator[None]:
    """Tells what the use case refuses."""
    loc = ("path", "team")
    try:
        yield
    except TeamUnknown:
        raise RequestRefused(404, RequestFault(loc, "the policy has no such team", "not_found")) from None
    except TeamForbidden:
        message = "the team has tasks that your service may not post"
        raise RequestRefused(403, RequestFault(loc, message, "forbidden_team")) from None


def _line(digest: StoredDigest) -> JsonObject:
    last_day = service_reports.last_day_of(digest)
    return {
        "key": digest.key,
        "last_day": last_day,
        "since_at": digest.since_at,
        "until_at": digest.until_at,
        "made_at": digest.made_at,
        "links": {"self": f"/v1/reports/{digest.team}/{last_day}"},
    }


def _csv(digest: StoredDigest) -> Response:
    try:
        text = to_csv(from_document(digest.document), code_words)
    except ValidationError:  # made by a version that knew other numbers
        message = "made by another version: there is no CSV of it, ask for JSON"
        raise RequestRefused(404, RequestFault(("header", "accept"), message, "not_found")) from None
    name = f"digest-{digest.team}-{service_reports.last_day_of(digest)}.csv"
    headers = {**VARIES, "content-disposition": f'attachment; filename="{name}"'}
    return Response(text, 200, headers, media_type="text/csv")
