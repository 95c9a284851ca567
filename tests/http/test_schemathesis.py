"""The API against its own document: whatever is sent, it never fails, and it answers as it promises."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests import PreparedRequest
from requests.auth import AuthBase
from schemathesis import CheckContext, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.http.reporting import Readers
from tests.http.shop import Caller, sign
from tests.patience import PATIENCE

ALWAYS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BATCH = "/v1/cases/batch"
POSTING = ["/v1/cases", BATCH]
READING = ["/v1/cases", "/v1/cases/{case_id}", "/v1/decisions", "/v1/bad-inputs"]
REPORTS = ["/v1/reports/{team}", "/v1/reports/{team}/{last_day}"]
KNOWN_REPORT = {"team": "risk", "last_day": "2026-11-16"}
WITHOUT_INPUT = ["/healthz", "/readyz", "/metrics"]
EXAMPLES = 30
TOO_LARGE = 413
LARGEST_BODY = 1 << 20
MODES = list(GenerationMode)


class Signature(AuthBase):
    """Signs the request as it will be sent."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Replace whatever was generated for the headers that sign."""
        body = request.path_url if request.method == "GET" else request.body or b""
        text = body if isinstance(body, str) else body.decode(errors="replace")
        request.headers.update(sign(text))
        return request


def make_known(body: object) -> None:
    """Turn generated cases into ones of a task that the policy has, so that they are stored."""
    for item in body if isinstance(body, list) else [body]:
        if isinstance(item, dict):
            item |= {"task": "fraud", "prediction": {"label": "fraud", "confidence": 0.6}}


def is_refused(ctx: CheckContext, response: Response, case: schemathesis.Case[Any]) -> bool | None:
    """What the document forbids is refused; too large a body with 413, which the tool does not list."""
    is_large = len(response.request.body or b"") > LARGEST_BODY
    if response.status_code == TOO_LARGE and is_large:
        return None
    return negative_data_rejection(ctx, response, case)


def keeps_its_promises(caller: Caller, path: str, method: str, mode: GenerationMode) -> None:
    """Try one operation with what its document allows, or with what it forbids."""
    operation = schemathesis.openapi.from_url(f"{caller.url}/openapi.json")[path][method]
    # A batch is taken though its items are bad: each is refused for itself.
    checks = ALWAYS if path == BATCH else [*ALWAYS, is_refused]

    @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def keeps(case: schemathesis.Case[Any], is_known: bool) -> None:
        if is_known and mode is GenerationMode.POSITIVE:
            make_known(case.body)
            case.path_parameters |= {
                name: KNOWN_REPORT[name] for name in case.path_parameters & KNOWN_REPORT.keys()
            }
        case.call_and_validate(checks=checks, auth=Signature(), session=caller.session)

    keeps()


@pytest.mark.parametrize("path", POSTING)
def test_posting_keeps_what_the_document_promises(caller: Caller, path: str) -> None:
    keeps_its_promises(caller, path, "POST", GenerationMode.POSITIVE)


@pytest.mark.parametrize("path", POSTING)
def test_posting_what_the_document_forbids_is_refused(quick: Caller, path: str) -> None:
    keeps_its_promises(quick, path, "POST", GenerationMode.NEGATIVE)  # it never comes to a database


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("path", READING)
def test_reading_keeps_what_the_document_promises(quick: Caller, path: str, mode: GenerationMode) -> None:
    keeps_its_promises(quick, path, "GET", mode)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("path", REPORTS)
def test_reports_keep_what_the_document_promises(readers: Readers, path: str, mode: GenerationMode) -> None:
    keeps_its_promises(readers.shop, path, "GET", mode)


@pytest.mark.parametrize("path", WITHOUT_INPUT)
def test_the_operator_s_routes_keep_what_the_document_promises(quick: Caller, path: str) -> None:
    keeps_its_promises(quick, path, "GET", GenerationMode.POSITIVE)


def test_every_operation_of_the_document_is_tried(quick: Caller) -> None:
    document = quick.session.get(f"{quick.url}/openapi.json", timeout=PATIENCE).json()
    found = [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]
    tried = [("POST", path) for path in POSTING] + [
        ("GET", path) for path in READING + REPORTS + WITHOUT_INPUT
    ]
    assert sorted(found) == sorted(tried)
