"""The OpenAPI document: complete, with examples that the API itself takes and gives."""

import json
from copy import deepcopy
from dataclasses import replace
from itertools import product
from typing import Any

import jsonschema_rs
import pytest
from pydantic import BaseModel

from bot.delivery.callbacks.callback_sender import callback_body
from bot.http import examples, report_example
from bot.http.answer_shapes import BatchAnswer, CaseAnswer, CaseView, Feed, Problem, Reports
from bot.http.app import build_api
from bot.http.health_shapes import Ready
from bot.http.posted_case import CASE
from bot.usecases.digest.digest_document import from_document, to_document
from bot.usecases.expert_names import ExpertNames
from bot.usecases.outgoing import Callback
from bot.usecases.review.announce import DecisionEvent
from bot.usecases.review.callback_document import callback_data
from bot.words.digest_code_words import code_words, with_words
from routing.case.case import Case, abstain, decide, record_label
from routing.digest.csv import to_csv
from routing.label import Abstention, ExpertConfidence, Rationale
from routing.policy import Exposure
from storage.engine.database import Database
from tests.http import shop
from tests.patience import PATIENCE
from tests.routing.making import case, decision, expert, label, prediction, submission
from tests.worlds.clocks import MONDAY

JsonObject = dict[str, Any]


@pytest.fixture
def document(sqlite_url: str) -> JsonObject:
    """The document of the API."""
    database = Database(sqlite_url)
    ctx = shop.served(database)
    found: JsonObject = build_api(ctx, shop.services(ctx.policy)).openapi()
    database.dispose()
    return found


def operations(document: JsonObject) -> list[tuple[str, JsonObject]]:
    return [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_route_is_there(document: JsonObject) -> None:
    assert {name for name, _ in operations(document)} == {
        "post /v1/cases",
        "post /v1/cases/batch",
        "get /v1/cases",
        "get /v1/cases/{case_id}",
        "get /v1/bad-inputs",
        "get /v1/decisions",
        "get /v1/reports/{team}",
        "get /v1/reports/{team}/{last_day}",
        "get /healthz",
        "get /readyz",
        "get /metrics",
    }


def test_every_operation_says_what_it_is(document: JsonObject) -> None:
    unsaid = [
        name for name, one in operations(document) if not (one.get("summary") and one.get("description"))
    ]
    assert unsaid == []


def test_posting_names_every_status(document: JsonObject) -> None:
    responses = document["paths"]["/v1/cases"]["post"]["responses"]
    named = {"200", "202", "400", "401", "403", "408", "409", "413", "415", "422", "429", "503"}
    assert set(responses) == named
    assert all(response["description"] for response in responses.values())
    assert "Retry-After" in responses["429"]["headers"]


def test_every_operation_shows_an_example_of_its_answer_and_its_input(document: JsonObject) -> None:
    schemas = document["components"]["schemas"]
    for name, one in operations(document):
        for content in (one.get("requestBody", {}), one["responses"].get("200") or one["responses"]["202"]):
            for media_type, shown in content.get("content", {}).items():
                model = shown["schema"].get("$ref", "").rpartition("/")[2]
                is_shown = (
                    "example" in shown
                    or schemas.get(model, {}).get("examples")
                    or len(schemas.get(model, {}).get("properties", {})) == 1
                )
                assert is_shown, (name, media_type)
        for parameter in one.get("parameters", []):
            assert (
                parameter["schema"].get("examples") or parameter.get("example") or "examples" in parameter
            ), (name, parameter)


def test_every_reference_leads_somewhere(document: JsonObject) -> None:
    def references(value: object) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [found for part in value.values() for found in references(part)]
        return [found for part in value for found in references(part)] if isinstance(value, list) else []

    schemas = document["components"]["schemas"]
    assert {reference.rpartition("/")[2] for reference in references(document)} <= set(schemas)


def test_only_the_routes_of_the_operator_are_open(document: JsonObject) -> None:
    is_open = {name for name, one in operations(document) if one.get("security") == []}
    assert is_open == {"get /healthz", "get /readyz", "get /metrics"}
    assert document["security"][1] == {"bearer": []}


def test_the_posted_example_is_a_case() -> None:
    assert CASE.validate_python(examples.POSTED_CASE, strict=False).external_id == "payment-48213"


@pytest.mark.parametrize(
    ("model", "example"),
    [
        (CaseAnswer, examples.REVIEWED),
        (CaseAnswer, examples.AUTO_ACCEPTED),
        (Problem, examples.UNKNOWN_LABEL),
        (Problem, examples.CONFLICT),
        (BatchAnswer, examples.BATCH),
        (CaseView, examples.CASE_VIEW),
        (Feed, examples.FEED),
        (Ready, examples.READY),
        (Reports, examples.REPORTS),
    ],
)
def test_every_example_has_the_shape_it_is_an_example_of(model: type[BaseModel], example: JsonObject) -> None:
    assert model.model_validate(example).model_dump(mode="json").keys() == example.keys()


def test_the_example_of_a_report_is_a_digest_and_some_lines_of_its_csv() -> None:
    digest = from_document(report_example.DIGEST)
    assert with_words(to_document(digest)) == report_example.DIGEST
    assert set(report_example.DIGEST_CSV.splitlines()) <= set(to_csv(digest, code_words).splitlines())


def test_the_document_is_served(quick: shop.Caller) -> None:
    first, again = (quick.session.get(f"{quick.url}/openapi.json", timeout=PATIENCE).json() for _ in range(2))
    assert first["info"]["title"] == "Second Look"
    assert again == first


def decided(opened: Case) -> Case:
    why = Rationale("The seal is broken.", "seal")
    answer = replace(label("fraud"), rationale=why, expert_confidence=ExpertConfidence.HIGH)
    return decide(record_label(opened, answer), decision("fraud"))


CALLED_BACK = {
    "calibrated": decided(
        case(
            calibrated=0.48, calibrator_version="51d0c7be9a42", threshold=0.93, certificate_id="certificate_1"
        )
    ),
    "after somebody could not tell": decided(
        abstain(case(), Abstention("case_1", expert("U0BEN"), MONDAY, "Too dark."))
    ),
    "without a confidence": decided(
        case(submission=submission(prediction=replace(prediction(), confidence=None)))
    ),
}


def called_back(event: DecisionEvent, done: Case, version: int, exposure: Exposure) -> JsonObject:
    """The body as it is sent."""
    names = ExpertNames(exposure, b"a key")
    data = callback_data(done, done.decisions[-1], names, version)
    body: JsonObject = json.loads(callback_body(Callback("shop", "https://shop", event.value, MONDAY, data)))
    return body


def callback_schema(document: JsonObject, event: str) -> JsonObject:
    """What the document says of the body, refusing every field of which it says nothing."""
    schemas = deepcopy(document["components"]["schemas"])
    for schema in schemas.values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    content = document["webhooks"][event]["post"]["requestBody"]["content"]
    return {**content["application/json"]["schema"], "components": {"schemas": schemas}}


def test_every_callback_is_described_and_signed(document: JsonObject) -> None:
    assert set(document["webhooks"]) == set(DecisionEvent)
    for event, methods in document["webhooks"].items():
        operation = methods["post"]
        assert operation["security"] == [{"webhookId": [], "webhookTimestamp": [], "webhookSignature": []}]
        assert set(operation["responses"]) == {"200", "410", "default"}
        schema = callback_schema(document, event)
        example = schema["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["examples"][0]
        jsonschema_rs.validate(schema, example, validate_formats=True)


@pytest.mark.parametrize("event", DecisionEvent)
def test_what_is_sent_is_what_the_document_says(document: JsonObject, event: DecisionEvent) -> None:
    validator = jsonschema_rs.validator_for(callback_schema(document, event), validate_formats=True)
    exposures: tuple[Exposure, ...] = ("none", "pseudonym", "slack_id")
    for done, version, exposure in product(CALLED_BACK.values(), (1, 2), exposures):
        body = called_back(event, done, version, exposure)
        validator.validate(body)
        assert not validator.is_valid({**body, "data": {**body["data"], "version": 3 - version}})
