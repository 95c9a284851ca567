"""`secondlook policy replay` says what another policy would have done, and what it cannot know."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.clock import SystemClock
from routing.routing import Disposition, Routing
from storage.cases import decisions
from storage.cases.predictions import NewPrediction
from tests.commands.installation import Installation
from tests.storage.examples import decision_of, prediction, routing, store

HOUR = timedelta(hours=1)
DRAW_KEY = "SECONDLOOK_DRAW_KEY=a key for the tests' draws\n"
REVIEWED = replace(routing(tier="ordinary"), channel="fraud")
ACCEPTED = replace(REVIEWED, disposition=Disposition.AUTO_ACCEPTED, inclusion_probability=0.0)


@pytest.fixture
def shop(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """A month in which 0.9 was asked: 40 accepted unseen, 20 reviewed and mostly decided, an hour each."""
    monkeypatch.setenv("COLUMNS", "200")
    installation.env_file.write_text(installation.env_file.read_text() + DRAW_KEY)
    fill(installation)
    return installation


def logged(number: int, confidence: float, routed: Routing) -> NewPrediction:
    at = SystemClock().now() - timedelta(days=5)
    return prediction(number, received_at=at, confidence=confidence, routed=routed)


def fill(installation: Installation) -> None:
    with installation.database.write() as tx:
        store(tx, [logged(number, 0.95, ACCEPTED) for number in range(40)])
        reviewed = [logged(number, 0.8 if number < 55 else 0.6, REVIEWED) for number in range(40, 60)]
        store(tx, reviewed)
        for number, one in enumerate(reviewed[:18]):
            label = "legitimate" if number < 3 else "fraud"
            decisions.add(tx, decision_of(one.case_id, label=label, at=one.received_at + HOUR))


def changed(shop: Installation, before: str = "", after: str = "") -> Path:
    """The shop's policy with some text replaced."""
    path = shop.env_file.parent / "new.toml"
    path.write_text((shop.env_file.parent / "policy.toml").read_text().replace(before, after))
    return path


def lowered(shop: Installation) -> Path:
    return changed(shop, "accept_above = 0.9\n", "accept_above = 0.75\n")


def cells(output: str, name: str) -> list[str]:
    line = next(line for line in output.splitlines() if line.strip().startswith(name))
    return [cell.strip() for cell in line.strip().split("  ") if cell.strip()][1:]


def test_what_was_and_what_would_have_been_stand_side_by_side(shop: Installation) -> None:
    result = shop.run("policy", "replay", "--policy", str(lowered(shop)))
    assert result.exit_code == 0, result.output
    assert " 60 predictions came in; 15 that were looked at would go through by themselves, 0 that went" in (
        result.output
    )
    assert cells(result.output, "went through by themselves") == ["40", "55"]
    assert cells(result.output, "looked at") == ["20", "5"]
    before, after = cells(result.output, "#fraud")
    assert before.startswith("20 cases")
    assert after.startswith("5 cases")
    assert cells(result.output, "… expected late") == ["2", "2"], "two are open and long due"


def test_the_error_of_what_would_be_accepted_is_told_with_its_n_and_doubt(shop: Installation) -> None:
    output = shop.run("policy", "replay", "--policy", str(lowered(shop))).output
    before, after = cells(output, "wrong among what went through")
    assert before == "nothing answered"
    assert after.startswith("20.0% (")
    assert after.endswith("n=15)")
    assert "! fraud (ordinary): 40 of the 55 that would go through had no chance to be looked at" in output


def test_the_same_policy_would_have_done_the_same(shop: Installation) -> None:
    output = shop.run("policy", "replay", "--policy", str(changed(shop))).output
    for name in ("went through by themselves", "looked at", "expert hours", "#fraud", "cost"):
        before, after = cells(output, name)
        assert before == after


def test_what_was_done_then_is_shown_where_it_is_asked_for(shop: Installation) -> None:
    """The policy in force is stricter now than it was when the 40 passed."""
    path = shop.env_file.parent / "policy.toml"
    path.write_text(path.read_text().replace("accept_above = 0.9\n", "accept_above = 0.97\n"))
    alike = shop.run("policy", "replay", "--policy", str(path)).output
    assert "; 0 that were looked at would go through by themselves, 0 that went through would" in alike
    assert cells(alike, "went through by themselves") == ["0", "0"]
    assert "by the policy now" in alike
    assert "--as-it-was shows what was done then" in alike
    then = shop.run("policy", "replay", "--policy", str(path), "--as-it-was").output
    assert "; 0 that were looked at would go through by themselves, 40 that went through would" in then
    assert cells(then, "went through by themselves") == ["40", "0"]
    assert "as it was then" in then


def test_audits_are_drawn_as_they_would_have_been(shop: Installation) -> None:
    path = changed(shop, "audit = 0.0\n", "audit = 0.5\n")
    first, second = (shop.run("policy", "replay", "--policy", str(path)).output for _ in range(2))
    audits = int(cells(first, "… of these checked at random")[1])
    assert 8 <= audits <= 32
    assert cells(second, "… of these checked at random")[1] == str(audits)


def test_a_task_that_the_new_policy_does_not_know_is_told(shop: Installation) -> None:
    path = shop.env_file.parent / "new.toml"
    text = (shop.env_file.parent / "policy.toml").read_text()
    kept = text.replace("[tasks.fraud]", "[tasks.other]").replace("[[tasks.fraud.", "[[tasks.other.")
    path.write_text(kept.replace('"fraud"]', '"other"]').replace('["fraud", ', '["other", '))
    result = shop.run("policy", "replay", "--policy", str(path))
    assert result.exit_code == 0, result.output
    assert "! the new policy has no task fraud: 60 predictions left out" in result.output


def test_the_picture_is_written(shop: Installation, tmp_path: Path) -> None:
    path = tmp_path / "replay.png"
    result = shop.run("policy", "replay", "--policy", str(lowered(shop)), "--png", str(path))
    assert f"The picture is in {path}." in result.output
    with Image.open(path) as picture:
        assert (picture.format, picture.width) == ("PNG", 1200)


def test_a_policy_that_cannot_work_is_refused_with_every_error(shop: Installation) -> None:
    path = lowered(shop)
    path.write_text(path.read_text().replace('due_in = "1h"', 'due_in = "soon"'))
    result = shop.run("policy", "replay", "--policy", str(path))
    assert result.exit_code == 1
    assert f"{path}: tasks.fraud.tiers.large.due_in" in result.output


def test_where_nothing_came_in_it_says_what_to_do(shop: Installation) -> None:
    result = shop.run("policy", "replay", "--policy", str(lowered(shop)), "--since", "1h")
    assert result.exit_code == 2
    assert "There is nothing to replay. No prediction of fraud, loan came in since" in result.output
    assert "look further back with --since" in result.output


def test_a_time_that_is_none_is_refused(shop: Installation) -> None:
    result = shop.run("policy", "replay", "--policy", str(lowered(shop)), "--since", "lately")
    assert result.exit_code == 2
    assert "'lately' is not a duration; write a number and a unit" in result.output


def test_without_the_key_of_the_draws_nothing_is_replayed(installation: Installation) -> None:
    result = installation.run("policy", "replay", "--policy", str(lowered(installation)))
    assert result.exit_code == 2
    assert "SECONDLOOK_DRAW_KEY is not set" in result.output
