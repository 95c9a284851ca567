"""How a refused request is answered: the same shape of error at every endpoint, naming each wrong field."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.errors import BotError
from bot.outages.database_health import waiting_words
from storage.errors import DatabaseUnavailable, StorageError

JsonObject = dict[str, Any]
Path = tuple[str | int, ...]
MOST_FAULTS = 50
LONGEST_STEP = 100


@dataclass(frozen=True, slots=True)
class RequestFault:
    """A thing that is wrong: where (`loc`, from `body`, `query` or `header` inward), what, and its code."""

    loc: Path
    msg: str
    type: str

    def as_json(self) -> JsonObject:
        """The fault as it is answered; steps of the path that the caller made up are cut."""
        loc = [step if isinstance(step, int) else step[:LONGEST_STEP] for step in self.loc]
        return {"loc": loc, "msg": self.msg, "type": self.type}


class RequestRefused(BotError):
    """The request was refused."""

    def __init__(self, status: int, *faults: RequestFault, headers: Mapping[str, str] | None = None) -> None:
        super().__init__("; ".join(fault.msg for fault in faults))
        self.status = status
        self.faults = faults
        self.headers = dict(headers or {})

    def as_json(self) -> JsonObject:
        """`{"detail": [...]}`: what every refusal answers."""
        return problem(self.faults)


def problem(faults: Iterable[RequestFault]) -> JsonObject:
    """The body of an error answer."""
    return {"detail": [fault.as_json() for fault in faults]}


def json_response(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(to_json(body), status, headers, media_type="application/json")


def unavailable(message: str, retry_in: float = 1.0) -> RequestRefused:
    """A 503 that says when to come back, in seconds."""
    return RequestRefused(503, RequestFault((), message, "unavailable"), headers=retry_after(retry_in))


def retry_after(seconds: float) -> dict[str, str]:
    """The header that says when to try again: whole seconds, at least 1."""
    return {"retry-after": str(max(1, math.ceil(seconds)))}


def first_faults(faults: Sequence[RequestFault], prefix: Path = ()) -> list[RequestFault]:
    """The first fifty faults, and how many more there are."""
    if len(faults) > MOST_FAULTS:
        more = len(faults) - MOST_FAULTS
        return [*faults[:MOST_FAULTS], RequestFault(prefix, f"and {more} more faults", "too_many_faults")]
    return list(faults)


def install(app: FastAPI) -> None:
    """Make `app` answer every error in this shape."""
    app.add_exception_handler(RequestRefused, _refused)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(StorageError, _not_stored)


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestRefused)  # noqa: S101 - what it is registered for
    return json_response(error.status, error.as_json(), error.headers)


def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    fault = RequestFault((), str(error.detail), f"http_{error.status_code}")
    return json_response(error.status_code, problem([fault]), error.headers)


def _not_stored(request: Request, error: Exception) -> Response:
    why = "the database does not do what was asked"
    if isinstance(error, DatabaseUnavailable):
        why = waiting_words(error)
    return _refused(request, unavailable(f"{why}; try again in a moment"))
