"""The policy changes while the process runs: for all replicas at once, and for open cases as at a restart."""

import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.patience import PATIENCE, eventually
from tests.scenarios.people import LEADS, MAYA, NADIA, Case
from tests.scenarios.rules import changed
from tests.scenarios.serving import Branch, serving
from tests.scenarios.shop import Shop, prediction
from tests.scenarios.world import World

LOAN = '    { name = "loan", title = "Loan", description = "a loan", example = "a rate" },\n'
ORDINARY = 'name = "ordinary"\nchannel = "payments"\naccept_above = 0.95\n'
USUAL = 'name = "usual"\nchannel = "leads"\naccept_above = 0.95\n'
STRICT = (ORDINARY, ORDINARY.replace("0.95", '"always_review"'))
EVERYWHERE = ["socket-sqlite", "http-postgresql"]
HEARD = timedelta(seconds=20)


def ready(url: str) -> dict[str, Any]:
    answer = requests.get(f"{url}/readyz", timeout=PATIENCE)
    assert answer.status_code == 200
    return dict(answer.json())


def policy_of(branch: Branch) -> dict[str, Any]:
    return dict(ready(branch.served.url)["policy"])


def rewrite(branch: Branch, *changes: tuple[str, str]) -> None:
    """Edit the policy file and send SIGHUP."""
    file = branch.served.env_file.with_name("policy.toml")
    file.write_text(changed(*changes, policy=file.read_text(encoding="utf-8")), encoding="utf-8")
    branch.served.process.send_signal(signal.SIGHUP)


def post(branch: Branch, external_id: str, task: str, label: str) -> dict[str, Any]:
    return dict(branch.shop.post(prediction(external_id, task, label, 0.7)).json())


def test_an_edited_file_holds_for_new_cases_and_open_ones_keep_their_answers(
    database_url: str, tmp_path: Path
) -> None:
    with serving(database_url, tmp_path) as branch:
        maya, before = branch.person(MAYA), policy_of(branch)["version"]
        open_case = Case(post(branch, "order-1", "topic", "loan")["case_id"], "order-1")
        eventually(lambda: maya.messages_of(open_case))

        rewrite(branch, (LOAN, ""), (ORDINARY, USUAL))
        eventually(lambda: policy_of(branch)["version"] != before)

        new = post(branch, "order-2", "fraud", "fraud")
        assert new["tier"] == "usual"
        shown = Case(new["case_id"], "order-2", LEADS)
        eventually(lambda: branch.person(NADIA).messages_of(shown))
        assert branch.shop.post(prediction("order-3", "topic", "loan", 0.7)).status_code == 422
        maya.press(open_case, "Confirm: Loan")
        (event,) = eventually(lambda: branch.inbox.events(open_case.case_id))
        assert event.data["decision"]["label"] == "loan"
        kept, later = (branch.shop.read(one)["policy_version"] for one in (open_case.case_id, new["case_id"]))
        assert (kept, later) == (before, policy_of(branch)["version"])


def test_a_file_that_cannot_work_is_refused_in_plain_words_until_it_is_mended(
    sqlite_url: str, tmp_path: Path
) -> None:
    with serving(sqlite_url, tmp_path) as branch:
        before = policy_of(branch)
        assert before["is_ok"]
        rewrite(branch, (ORDINARY, ORDINARY.replace('"payments"', '"payment"')))
        eventually(lambda: not policy_of(branch)["is_ok"])
        assert (policy_of(branch)["version"], ready(branch.served.url)["status"]) == (
            before["version"],
            "ready",
        )
        assert "payment" in policy_of(branch)["detail"]
        assert post(branch, "order-1", "fraud", "fraud")["tier"] == "ordinary"
        (line,) = [line for line in branch.served.log if line["event"] == "policy.refused"]
        assert (line["file"], line["stays"]) == (str(tmp_path / "policy.toml"), before["version"])
        assert "payment" in line["finding"]

        rewrite(branch, ('"payment"', '"payments"'))
        eventually(lambda: policy_of(branch)["is_ok"])
        assert policy_of(branch)["version"] == before["version"]

        rewrite(branch, ('secret_env = ["SHOP_SECRET"]', 'secret_env = ["SHOP_SECRET", "SHOP_NEW_SECRET"]'))
        eventually(lambda: "SHOP_NEW_SECRET" in policy_of(branch)["detail"])
        assert "restart" in policy_of(branch)["detail"]
        assert post(branch, "order-2", "fraud", "fraud")["tier"] == "ordinary"


@pytest.fixture
def other(world: World) -> Iterator[World]:
    """A second replica, whose policy the story chooses."""
    second = replace(world, application=None)
    second.shop = Shop(lambda: second.app.url, world.shop.secret, world.inbox)
    yield second
    second.stop()


def version_at(one: World) -> str:
    return str(ready(one.app.url)["policy"]["version"])


def disposition(one: World, external_id: str) -> str:
    """What this replica does with a prediction that only the stricter policy has reviewed."""
    return str(one.shop.post(prediction(external_id, "fraud", "fraud", 0.99)).json()["disposition"])


@pytest.mark.parametrize("world", EVERYWHERE, indirect=True)
def test_all_replicas_go_by_one_policy_though_their_files_differ(world: World, other: World) -> None:
    old = version_at(world)
    assert disposition(world, "order-1") == "auto_accepted"

    other.policy_text = changed(STRICT, policy=world.policy_text)
    other.start()
    world.tick()
    assert version_at(world) == version_at(other) != old
    assert (disposition(world, "order-2"), disposition(other, "order-3")) == ("review", "review")

    world.restart()
    world.advance(HEARD)
    assert disposition(world, "order-4") == "review"
    assert "was active before" in ready(world.app.url)["policy"]["detail"]

    other.stop()
    world.advance(HEARD)
    assert (version_at(world), disposition(world, "order-5")) == (old, "auto_accepted")


@pytest.mark.parametrize("world", EVERYWHERE, indirect=True)
def test_messages_that_wait_move_and_their_new_channel_s_members_may_answer(
    world: World, other: World
) -> None:
    other.policy_text = world.policy_text.replace("C0PAYMENTS", LEADS)
    world.stop()
    world.policy_text = world.policy_text.replace("C0PAYMENTS", "C0PAYMENTZ")
    world.start()
    posted = world.shop.post(prediction("order-1", "topic", "card", 0.7)).json()
    case = Case(posted["case_id"], "order-1", LEADS)

    other.start()
    world.tick()

    nadia = world.person(NADIA)
    world.eventually(lambda: nadia.messages_of(case))
    nadia.press(case, "Confirm: Card")
    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert event.data["decision"]["label"] == "card"
