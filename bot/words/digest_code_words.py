"""Codes in words: what a number speaks of, how an error moved, where a threshold comes from."""

from collections.abc import Mapping
from typing import Any

from bot.words.truth_words import TRUTHS
from routing.digest.model_quality import Movement, ThresholdState
from routing.evidence.estimate import Reach
from routing.evidence.truth import Truth
from routing.stable_code import Code

STATES: Mapping[ThresholdState, str] = {
    ThresholdState.REVIEWED: "always reviewed",
    ThresholdState.FIXED: "set in the policy, without a promise",
    ThresholdState.GRANTED: "certified",
    ThresholdState.NOT_YET: "not certified yet",
    ThresholdState.REVOKED: "revoked",
    ThresholdState.SUSPENDED: "suspended",
}
REACHES: Mapping[Reach, str] = {
    Reach.PERIOD: "this period",
    Reach.FUTURE: "the future",
    Reach.REVIEWED: "reviewed cases only",
    Reach.WATCHED: "all watched traffic",
}
MOVEMENTS: Mapping[Movement, str] = {
    Movement.WORSE: "worse than before",
    Movement.BETTER: "better than before",
    Movement.SMALL: "the change may be chance",
}
WORDED: Mapping[str, Mapping[str, str]] = {
    "state": {code.value: words for code, words in STATES.items()},
    "reach": {code.value: words for code, words in REACHES.items()},
}
"""Where documents have codes that were words in version 0, and the words."""
_OF_KIND: Mapping[type[Code], Mapping[Any, str]] = {
    ThresholdState: STATES,
    Reach: REACHES,
    Movement: MOVEMENTS,
    Truth: TRUTHS,
}


def code_words(code: Code) -> str:
    """The code in words; a code that this version does not know stays as it is."""
    return _OF_KIND.get(type(code), {}).get(code, code.value)


def with_words(part: Any) -> Any:
    """A digest's document with words beside the codes that were words once: `state_words`, `reach_words`."""
    if isinstance(part, list):
        return [with_words(item) for item in part]
    if not isinstance(part, dict):
        return part
    worded = {
        f"{name}_words": WORDED[name].get(value, value)
        for name, value in part.items()
        if name in WORDED and isinstance(value, str)
    }
    return {name: with_words(value) for name, value in part.items()} | worded
