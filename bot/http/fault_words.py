"""What is wrong with a posted value, as a sentence with an example in place of a pattern or a type's name."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from bot.http.examples import POSTED_CASE
from bot.http.posted_case import (
    PostedCase,
    PostedEvidence,
    PostedImage,
    PostedInput,
    PostedModel,
    PostedPrediction,
)
from bot.http.posted_fields import LINK, NAME, NUL, SECURE_LINK, TEXT
from bot.http.problems import JsonObject, Path, RequestFault, first_faults, json_response, problem
from routing.finding import ExistingNames

EXAMPLE: JsonObject = {
    **POSTED_CASE,
    "prediction": {**POSTED_CASE["prediction"], "confidence": 0.71},
    "callback_url": "https://shop.example/decisions",
    "origin": "production",
    "kind": "production",
}
FIELDS = frozenset(EXAMPLE) | frozenset({"text", "label", "name", "title", "url"})
"""Names of ours: an object without any of them has names of the caller's."""
SECTIONS: Mapping[str, type[BaseModel]] = {
    "input": PostedInput,
    "image": PostedImage,
    "prediction": PostedPrediction,
    "model": PostedModel,
    "evidence": PostedEvidence,
}
PATTERNS = {
    TEXT: NUL,
    NAME: "it holds a line break or a control character; write it in one line",
    LINK: "it is no web address; write it in full, without blanks",
    SECURE_LINK: "it is no web address that begins with https://; write it in full, without blanks",
}
WORDS = {
    "string_type": "it is not text; write it in quotes",
    "string_unicode": "it holds half a character; send whole ones",
    "float_type": "it is not a number; write it without quotes",
    "int_type": "it is not a whole number; write it without quotes",
    "int_parsing": "it is not a whole number; write it in digits",
    "int_from_float": "it is not a whole number; write it without a fraction",
    "finite_number": "it is not a finite number; send one that is",
    "bool_type": "it is neither true nor false; write one of them without quotes",
    "dict_type": 'it is not an object; write it as {{"name": "value"}}',
    "model_type": 'it is not an object; write it as {{"name": "value"}}',
    "list_type": "it is not a list; write it in brackets",
    "string_too_short": "it is empty; say something",
    "greater_than_equal": "it is too small; send at least {ge}",
    "less_than_equal": "it is too large; send at most {le}",
    "literal_error": "it is none of the values that are possible; send {expected}",
}
SIZES = {
    "string_too_long": "it is too long; send at most {max_length} characters",
    "too_long": "there are too many; send at most {max_length}",
    "too_short": "there are too few; send at least {min_length}",
}
SCORE = '"score" may mean anything; a probability is called "confidence", such as "confidence": 0.71'


def faults_in_words(errors: Iterable[Mapping[str, Any]], prefix: Path) -> list[RequestFault]:
    """Pydantic's errors about what a service sent, in words."""
    return [
        RequestFault((*prefix, *error["loc"]), _words(error, tuple(error["loc"])), error["type"])
        for error in errors
    ]


def invalid_request(_request: Request, error: Exception) -> Response:
    """The answer to a request whose path, query or headers are wrong."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    return json_response(422, problem(first_faults(faults_in_words(error.errors(), ()))))


def _words(error: Mapping[str, Any], loc: Path) -> str:
    context = error.get("ctx") or {}
    match error["type"]:
        case "missing":
            return f"it is missing; add it{_example(loc)}"
        case "extra_forbidden":
            return _unknown(loc)
        case "string_pattern_mismatch":
            words = PATTERNS.get(context["pattern"], "it does not have the right form; see the API's page")
            return words + ("" if words == NUL else _example(loc))
        case kind if kind in SIZES:
            return SIZES[kind].format(**context)
        case kind if kind in WORDS:
            return WORDS[kind].format(**context) + _example(loc)
    return str(error["msg"])


def _unknown(loc: Path) -> str:
    sections = [SECTIONS[str(step)] for step in loc[:-1] if step in SECTIONS]
    model = sections[-1] if sections else PostedCase
    if model is PostedPrediction and loc[-1] == "score":
        return SCORE
    return f"no field has this name; {ExistingNames(tuple(model.model_fields)).mend(str(loc[-1]), 'field')}"


def _example(loc: Path) -> str:
    """What the example of the API's page has there, or nothing where that has nothing."""
    here: Any = EXAMPLE if loc else None
    for step in loc:
        if isinstance(here, list):
            here = here[0]
        elif isinstance(here, Mapping):
            here = here.get(step) or (next(iter(here.values())) if here.keys().isdisjoint(FIELDS) else None)
        else:
            here = None
    return "" if here is None else f", such as {json.dumps(_plain(here), ensure_ascii=False)}"


def _plain(example: Any) -> Any:
    """The example without its own lists and objects."""
    if isinstance(example, list):
        return [_plain(item) for item in example]
    if not isinstance(example, Mapping):
        return example
    return {name: value for name, value in example.items() if not isinstance(value, list | Mapping)}
