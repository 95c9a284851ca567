"""Every code has its words, and what is unknown is said as it is."""

import pytest

from bot.words.digest_code_words import code_words, with_words
from bot.words.threshold_words import LAPSES, lapse_words
from routing.digest.model_quality import Movement, ThresholdState
from routing.evidence.estimate import Reach
from routing.evidence.grant import Lapse
from routing.evidence.promise import Promise
from routing.stable_code import Code


@pytest.mark.parametrize("code", [*ThresholdState, *Reach, *Movement])
def test_every_code_has_words(code: Code) -> None:
    assert "_" not in code_words(code)


def test_how_an_error_moved_is_said_in_plain_words() -> None:
    assert [code_words(movement) for movement in Movement] == [
        "worse than before",
        "better than before",
        "the change may be chance",
    ]


def test_a_code_that_is_not_known_is_said_as_it_is() -> None:
    assert code_words(ThresholdState("paused_by_a_lead")) == "paused_by_a_lead"


def test_words_stand_beside_the_codes_that_were_words_once() -> None:
    document = {"rows": [{"state": "fixed", "n": 7}, {"state": "paused"}], "reach": "future", "name": "fixed"}
    assert with_words(document) == {
        "rows": [
            {"state": "fixed", "state_words": "set in the policy, without a promise", "n": 7},
            {"state": "paused", "state_words": "paused"},
        ],
        "reach": "future",
        "reach_words": "the future",
        "name": "fixed",
    }


def test_every_reason_why_a_certificate_lapses_is_said_and_the_stricter_promise_with_it() -> None:
    assert set(LAPSES) == set(Lapse)
    promise = Promise(0.01, 0.9)
    said = lapse_words(Lapse.STRICTER_PROMISE, promise)
    assert said == "the policy allows less now: at most 1 in 100 wrong"
    assert lapse_words(Lapse.OTHER_LABELS, promise) == "the labels of the task have changed"
