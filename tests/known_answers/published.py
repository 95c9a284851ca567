"""The published answers that stand beside the checkout."""

import json
from typing import Any

import pytest

from tests.places import DATA

ANSWERS = DATA / "known_answers.json"


def known(name: str) -> dict[str, Any]:
    """The answers of this name; skips the test where they are not to be had."""
    if not ANSWERS.exists():
        pytest.skip(f"the published answers are not beside this checkout ({ANSWERS.name})")
    answer: dict[str, Any] = json.loads(ANSWERS.read_text())[name]
    return answer
