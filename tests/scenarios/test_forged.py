"""Somebody forges what Slack sends, or acts where they may not: refused, on record, and nothing changes."""

from pathlib import Path

import pytest
import requests

from storage import audit
from tests.patience import PATIENCE
from tests.scenarios.forging import click_payload, send, submission
from tests.scenarios.operating import Operator
from tests.scenarios.people import MAYA, Case
from tests.scenarios.world import World

over_http = pytest.mark.parametrize("world", ["http-sqlite", "http-postgresql"], indirect=True)
STRANGER, GUEST_TEAM = "U0PRIYA", "T0ELSEWHERE"


def refusals(world: World, case: Case) -> list[str]:
    """Why acts on the case were refused, from the audit trail."""
    with world.app.ctx.database.read() as tx:
        entries = audit.of_subject(tx, case.case_id, 100)
    return [str(entry.data["why"]) for entry in entries if entry.action == "act.refused"]


def assert_nothing_changed(world: World, folder: Path, *cases: Case) -> None:
    world.settle()
    maya = world.person(MAYA)
    for case in cases:
        assert world.shop.read(case.case_id)["status"] == "open"
        assert "Confirm: Fraud" in maya.buttons(case)
    assert world.inbox.tries == 0
    assert Operator(world, folder).finds_the_audit_unbroken()


@over_http
def test_what_slack_did_not_sign_is_refused(world: World, tmp_path: Path) -> None:
    case = world.post_case()
    answer = send(world, click_payload(world, case, MAYA), secret="a guess")
    unsigned = requests.post(f"{world.app.url}/slack/events", json={}, timeout=PATIENCE)

    assert (answer.status_code, unsigned.status_code) == (401, 401)
    assert_nothing_changed(world, tmp_path, case)
    genuine = send(world, click_payload(world, case, MAYA))
    assert genuine.status_code == 200
    world.eventually(lambda: world.inbox.types(case.case_id) == ["case.decided"])


@over_http
def test_a_button_changed_to_a_label_that_does_not_exist(world: World, tmp_path: Path) -> None:
    case = world.post_case()
    payload = click_payload(world, case, MAYA)
    payload["actions"][0]["value"] = '{"label":"approved"}'
    assert send(world, payload).status_code == 200

    world.eventually(lambda: "no such label" in world.person(MAYA).private_words(case))
    assert refusals(world, case) == ["unknown_label"]
    assert_nothing_changed(world, tmp_path, case)


@over_http
def test_a_button_changed_to_another_case(world: World, tmp_path: Path) -> None:
    case, other = world.post_case("order-1"), world.post_case("order-2")
    payload = click_payload(world, case, MAYA)
    payload["actions"][0]["block_id"] = click_payload(world, other, MAYA)["actions"][0]["block_id"]
    assert send(world, payload).status_code == 200

    world.eventually(lambda: "does not belong to that case" in world.person(MAYA).private_words(case))
    assert refusals(world, other) == ["foreign_message"]
    assert_nothing_changed(world, tmp_path, case, other)


@over_http
def test_a_window_changed_to_another_case(world: World, tmp_path: Path) -> None:
    case, other = world.post_case("order-1"), world.post_case("order-2")
    world.person(MAYA).press(case, "Answer with a reason…")
    world.eventually(world.person(MAYA).window)
    answer = send(world, submission(world, MAYA, lambda place: place | {"case": other.case_id}))

    assert answer.json()["response_action"] == "errors"
    assert "does not belong to that case" in str(answer.json()["errors"])
    assert refusals(world, other) == ["foreign_message"]
    assert_nothing_changed(world, tmp_path, case, other)


@over_http
@pytest.mark.parametrize("metadata", [{}, {"case": 7}, {"case": "case_none", "version": -1}])
def test_a_window_with_broken_metadata(world: World, metadata: dict[str, object], tmp_path: Path) -> None:
    case = world.post_case()
    world.person(MAYA).press(case, "Answer with a reason…")
    world.eventually(world.person(MAYA).window)
    answer = send(world, submission(world, MAYA, lambda _: metadata))

    assert answer.status_code == 200
    assert answer.json()["response_action"] == "errors"
    assert_nothing_changed(world, tmp_path, case)


@over_http
def test_somebody_of_another_workspace(world: World, tmp_path: Path) -> None:
    case = world.post_case()
    assert send(world, click_payload(world, case, MAYA, team=GUEST_TEAM)).status_code == 200

    world.eventually(lambda: "Only people of this workspace" in world.person(MAYA).private_words(case))
    assert refusals(world, case) == ["not_allowed"]
    assert_nothing_changed(world, tmp_path, case)


def test_a_strangers_direct_message_decides_nothing(world: World, tmp_path: Path) -> None:
    case = world.post_case()
    for text in (f"fraud: {case.case_id}", "fraud: I say so", case.case_id):
        given = {"as": STRANGER, "channel": f"D{STRANGER[1:]}", "text": text}
        requests.post(f"{world.slack.url}/ui/message", json=given, timeout=PATIENCE).raise_for_status()
    assert_nothing_changed(world, tmp_path, case)
