"""What a callback tells of the prediction that was decided, and of whom."""

import json
from dataclasses import replace

import pytest

from bot.http.answer_shapes import CallbackData
from bot.usecases.decision_document import decision_document
from bot.usecases.expert_names import ExpertNames
from bot.usecases.review.callback_document import callback_data
from routing.case.case import Case, decide, record_label, reopen
from tests.routing.making import case, decision, label

IDS, HIDDEN, PSEUDONYMS = ExpertNames("slack_id"), ExpertNames("none"), ExpertNames("pseudonym", b"a key")
AMA = "expert_3fc4f08653"
VERSION_1 = {
    "version": 1,
    "case_id": "case_1",
    "external_id": "order-1",
    "service": "shop",
    "task": "returns",
    "origin": "production",
    "kind": "production",
    "tier": "standard",
    "inclusion_probability": 1.0,
    "prediction": {
        "label": "honest",
        "confidence": 0.62,
        "model": {"name": "returns-net", "version": "7"},
        "calibrated_confidence": None,
        "calibrator_version": None,
        "threshold": None,
        "certificate_id": None,
    },
    "decision": {
        "decision_id": "dec_1",
        "sequence": 1,
        "label": "fraud",
        "method": "single",
        "decided_at": "2026-11-16T10:00:00+00:00",
        "decided_by": [{"team_id": "T0HOME", "user_id": "U0AMA"}],
        "policy_version": "0123456789ab",
    },
    "labels": [
        {
            "label": "fraud",
            "expert": {"team_id": "T0HOME", "user_id": "U0AMA"},
            "labeled_at": "2026-11-16T10:00:00+00:00",
            "rationale": {"text": "The seal is broken.", "reason_code": None},
            "expert_confidence": None,
        }
    ],
}


def decided() -> Case:
    answer = label("fraud", why="The seal is broken.")
    return decide(record_label(case(), answer), replace(decision("fraud"), decided_by=(answer.expert,)))


@pytest.mark.parametrize("version", [1, 2])
def test_a_callback_tells_what_the_confidence_was_held_against(version: int) -> None:
    granted = case(
        calibrated=0.48, calibrator_version="51d0c7be9a42", threshold=0.93, certificate_id="certificate_1"
    )
    assert callback_data(granted, decision("fraud"), IDS, version)["prediction"] == {
        "label": "honest",
        "confidence": 0.62,
        "model": {"name": "returns-net", "version": "7"},
        "calibrated_confidence": 0.48,
        "calibrator_version": "51d0c7be9a42",
        "threshold": 0.93,
        "certificate_id": "certificate_1",
    }


def test_a_callback_about_an_uncalibrated_prediction_says_null() -> None:
    told = callback_data(case(threshold=0.9), decision("fraud"), IDS, 1)["prediction"]
    assert (told["calibrated_confidence"], told["threshold"], told["certificate_id"]) == (None, 0.9, None)


def test_version_1_is_what_it_was_to_the_byte() -> None:
    assert json.dumps(callback_data(decided(), decided().decisions[-1], IDS, 1)) == json.dumps(VERSION_1)


@pytest.mark.parametrize(
    ("names", "person", "people"),
    [
        (PSEUDONYMS, {"team_id": "", "user_id": AMA}, [{"team_id": "", "user_id": AMA}]),
        (HIDDEN, {"team_id": "", "user_id": ""}, []),
    ],
)
def test_version_1_keeps_its_shape_where_ids_are_not_told(
    names: ExpertNames, person: dict[str, str], people: list[dict[str, str]]
) -> None:
    told = callback_data(decided(), decided().decisions[-1], names, 1)
    assert (told["labels"][0]["expert"], told["decision"]["decided_by"]) == (person, people)


@pytest.mark.parametrize(("names", "name"), [(IDS, "U0AMA"), (PSEUDONYMS, AMA), (HIDDEN, None)])
def test_version_2_holds_the_view_of_the_decision(names: ExpertNames, name: str | None) -> None:
    done = decided()
    told = callback_data(done, done.decisions[-1], names, 2)
    view = decision_document(done.decisions[-1], done.tier, done.current_labels, names)
    assert CallbackData.model_validate(told).model_dump(mode="json", exclude_unset=True) == told
    assert (told["decision"], told["decision"]["labels"][0]["expert"]) == (view, name)
    assert told["decision"]["decided_by"] == (name and [name])


def test_version_2_tells_no_answers_to_a_case_that_waits_again() -> None:
    done = decided()
    assert callback_data(reopen(done), done.decisions[-1], IDS, 2)["decision"]["labels"] == []


def test_a_provisional_decision_says_so_in_both_versions() -> None:
    waiting, first = case(quorum=2, second_opinion_chance=0.1), decision("fraud", is_provisional=True)
    told = [callback_data(waiting, first, IDS, version)["decision"] for version in (1, 2)]
    assert [each["is_provisional"] for each in told] == [True, True]
    assert callback_data(waiting, decision("fraud"), IDS, 2)["decision"]["is_provisional"] is False
