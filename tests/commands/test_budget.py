"""`secondlook budget` proposes lines that the policy's own check accepts, and draws the curve."""

import re
import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.clock import SystemClock
from routing.policy import load_policy
from storage.cases import decisions
from tests.commands.installation import Installation
from tests.storage.examples import decision_of, prediction, routing, store

HOUR = timedelta(hours=1)
DRAW_KEY = "SECONDLOOK_DRAW_KEY=a key for the tests' draws\n"


@pytest.fixture
def shop(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """A week of 100 predictions from 0.505 to 0.995, of which the 60 least sure were labeled."""
    monkeypatch.setenv("COLUMNS", "200")
    installation.env_file.write_text(installation.env_file.read_text() + DRAW_KEY)
    began = SystemClock().now() - timedelta(days=7)
    with installation.database.write() as tx:
        routed = replace(routing(tier="ordinary"), channel="fraud")
        made = [
            prediction(number, received_at=began, confidence=0.505 + number * 0.00495, routed=routed)
            for number in range(100)
        ]
        store(tx, made)
        for number, one in enumerate(made[:60]):
            label = "fraud" if number % 3 else "legitimate"
            decisions.add(tx, decision_of(one.case_id, label=label, at=began + HOUR))
    return installation


def proposal(output: str) -> dict[str, object]:
    """The lines of TOML that are to change in the tier `ordinary`."""
    after = output.partition('# [[tasks.fraud.tiers]] with name = "ordinary"\n')[2]
    return tomllib.loads(after.partition("\n\n")[0])


def test_the_proposed_lines_make_a_policy_that_works(shop: Installation) -> None:
    result = shop.run("budget", "--minutes", "40")
    assert result.exit_code == 0, result.output
    lines = proposal(result.output)
    assert set(lines) == {"accept_above", "audit"}
    assert lines["audit"] == 0.01
    assert 0.5 < float(str(lines["accept_above"])) < 0.9
    path = shop.env_file.parent / "policy.toml"
    text = path.read_text().replace(
        "accept_above = 0.9\naudit = 0.0\n", "".join(f"{name} = {value}\n" for name, value in lines.items())
    )
    version = load_policy(text, "policy.toml").version
    assert f"can work: version {version}." in result.output
    path.write_text(text)
    again = shop.run("budget", "--minutes", "40")
    assert f"{path} needs no change." in again.output


def test_the_budget_says_what_is_lost_now_and_what_an_hour_more_saves(shop: Installation) -> None:
    output = shop.run("budget", "--minutes", "40").output
    assert "40 expert minutes a week: expected loss" in output
    proposed, now = re.findall(r"([\d.]+)(?: a week)?, between ([\d.]+) and ([\d.]+)", output)
    for value, low, high in (proposed, now):
        assert float(low) <= float(value) <= float(high)
        assert float(low) < float(high)
    assert "One more expert hour a week saves" in output
    assert "fraud (ordinary)" in output
    assert "tier large of fraud keeps its rule" not in output, "nothing came in there"


def test_time_for_everything_has_everything_reviewed(shop: Installation) -> None:
    path = shop.env_file.parent / "policy.toml"
    path.write_text(path.read_text().replace("audit = 0.0\n", "audit = 0.05\n"))
    result = shop.run("budget", "--minutes", "1000")
    assert result.exit_code == 0, result.output
    assert proposal(result.output) == {"accept_above": "always_review"}
    assert "expected loss 0.0 a week" in result.output
    assert "can work: version" in result.output


def test_a_wanted_width_raises_the_audit(shop: Installation) -> None:
    lines = proposal(shop.run("budget", "--minutes", "60", "--width", "0.2").output)
    assert 0.1 < float(str(lines["audit"])) < 1
    impossible = shop.run("budget", "--minutes", "60", "--width", "0.01")
    assert impossible.exit_code == 2
    assert "lower `audit`, or want less precision" in impossible.output


def test_slices_by_name_get_audits_of_their_own_in_a_policy_that_works(shop: Installation) -> None:
    result = shop.run("budget", "--minutes", "60", "--width", "0.2", "--by", "country")
    assert result.exit_code == 0, result.output
    lines = proposal(result.output)
    (found,) = dict(lines["audit_slices"]).items()  # type: ignore[call-overload]  # a table of TOML
    assert found[0] == "country=DE"
    assert 0.1 < found[1] < 1
    assert lines["audit"] == 0.01
    assert "can work: version" in result.output
    assert f"1 % ({100 * found[1]:.4g} % of country=DE)" in result.output


def test_slices_without_a_width_are_refused(shop: Installation) -> None:
    result = shop.run("budget", "--minutes", "80", "--by", "country")
    assert result.exit_code == 2
    assert "give --width, such as 0.02" in result.output


def test_too_few_minutes_are_refused_with_the_number_that_would_do(shop: Installation) -> None:
    result = shop.run("budget", "--minutes", "0")
    assert result.exit_code == 2
    assert "The budget cannot be planned. 0 minutes a week are not enough" in result.output


def test_the_curve_is_written(shop: Installation, tmp_path: Path) -> None:
    path = tmp_path / "budget.png"
    assert f"The picture is in {path}." in shop.run("budget", "--minutes", "40", "--png", str(path)).output
    with Image.open(path) as picture:
        assert (picture.format, picture.width) == ("PNG", 1200)


def test_a_tier_under_a_promise_keeps_it_and_only_its_audit_may_rise(shop: Installation) -> None:
    path = shop.env_file.parent / "policy.toml"
    promise = "accept_above = { error = 0.02, confidence = 0.95 }\naudit = 0.05\n"
    path.write_text(path.read_text().replace("accept_above = 0.9\naudit = 0.0\n", promise))
    result = shop.run("budget", "--minutes", "1000")
    assert result.exit_code == 0, result.output
    assert "as it is" in result.output
    assert f"{path} needs no change." in result.output
