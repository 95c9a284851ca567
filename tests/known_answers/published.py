"""The published answers and the crowds that stand beside the checkout."""

import json
from typing import Any

import pytest

from tests.benchmarks.crowds import Crowd, crowd
from tests.benchmarks.real_sets import DataAbsent
from tests.places import DATA

ANSWERS = DATA / "known_answers.json"


def known(name: str) -> dict[str, Any]:
    """The answers of this name; skips the test where they are not to be had."""
    if not ANSWERS.exists():
        pytest.skip(f"the published answers are not beside this checkout ({ANSWERS.name})")
    answer: dict[str, Any] = json.loads(ANSWERS.read_text())[name]
    return answer


def crowd_beside(name: str) -> Crowd:
    """The crowd of this name; skips the test where it is not to be had."""
    try:
        return crowd(name)
    except DataAbsent as reason:
        pytest.skip(str(reason))
