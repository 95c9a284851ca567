"""`secondlook digest preview` shows a team's week with every n, and says where labels are too few."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.clock import SystemClock
from routing.case.case import CaseStatus
from storage.cases import cases, decisions
from tests.commands.installation import Installation
from tests.storage.examples import decision_of, prediction, routing, store

TEAM = '\n[teams.risk]\nchannel = "fraud"\ntasks = ["fraud"]\n'
HOUR = timedelta(hours=1)


@pytest.fixture
def risk(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("COLUMNS", "200")
    policy = installation.env_file.parent / "policy.toml"
    policy.write_text(policy.read_text() + TEAM)
    return installation


def decide(installation: Installation, count: int, *, received_at: datetime) -> None:
    """As many cases of a model that says "fraud" with 0.7; experts agree with 3 of 4."""
    with installation.database.write() as tx:
        store(tx, [prediction(number, received_at=received_at) for number in range(count)])
        for number in range(count):
            label = "ok" if number % 4 == 0 else "fraud"
            decision = decision_of(f"case_{number}", label=label, at=received_at + HOUR, sequence=1)
            decisions.add(tx, decision)
            case = cases.get(tx, f"case_{number}")
            cases.save(tx, replace(case, status=CaseStatus.DECIDED, decisions=(decision,)))


def line(shown: str, start: str) -> str:
    return next(line for line in shown.splitlines() if line.strip().startswith(start))


def test_the_week_is_told_with_every_n(risk: Installation) -> None:
    decide(risk, 40, received_at=SystemClock().now() - timedelta(days=2))
    shown = risk.run("digest", "preview", "risk")
    assert shown.exit_code == 0
    assert line(shown.output, "Decided").split()[1:] == ["40", "0"]
    assert "75%" in line(shown.output, "Experts agreed with the model")
    assert "n=40" in line(shown.output, "Experts agreed with the model")
    assert "1 h 00 min (n=40)" in line(shown.output, "Half were decided within")
    assert "fraud: 10 × the model said fraud, experts ok" in shown.output
    assert "how often it is right, of all that came in" in shown.output


def test_the_week_before_stands_beside(risk: Installation) -> None:
    decide(risk, 6, received_at=SystemClock().now() - timedelta(days=9))
    shown = risk.run("digest", "preview", "risk")
    assert line(shown.output, "Came in").split()[2:] == ["0", "6"]


def test_too_few_labels_are_said_to_be_too_few_and_waiting_cases_are_named(
    risk: Installation, tmp_path: Path
) -> None:
    with risk.database.write() as tx:
        store(tx, [prediction(1, received_at=SystemClock().now() - HOUR)])
    shown = risk.run("digest", "preview", "risk", "--png", str(tmp_path / "picture.png"))
    assert "how often it is right, of what was looked at: too few answers yet (0 of 20)." in shown.output
    assert "A case of fraud (low) waits since" in shown.output
    assert "The picture is in" in shown.output


def test_a_week_without_anything_has_no_picture(risk: Installation, tmp_path: Path) -> None:
    shown = risk.run("digest", "preview", "risk", "--png", str(tmp_path / "picture.png"))
    assert "No picture" in shown.output
    assert not (tmp_path / "picture.png").exists()


def test_what_the_labels_say_of_the_model_comes_first_and_whole(risk: Installation) -> None:
    decide(risk, 40, received_at=SystemClock().now() - timedelta(days=2))
    shown = risk.run("digest", "preview", "risk").output
    assert "All 40 were looked at; experts corrected 10 of those." in shown
    assert "25.0%" in line(shown, "all that came in  ")
    assert "the future: 25.0%" in shown
    assert "10 × the model said fraud, experts ok" in shown


def test_the_picture_is_written(risk: Installation, tmp_path: Path) -> None:
    decide(risk, 40, received_at=datetime.now(UTC) - timedelta(days=2))
    path = tmp_path / "picture.png"
    assert risk.run("digest", "preview", "risk", "--png", str(path)).exit_code == 0
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.width == 1200


def test_an_unknown_team_is_told_which_there_are(risk: Installation) -> None:
    shown = risk.run("digest", "preview", "nobody")
    assert shown.exit_code == 2
    assert "it has: risk" in shown.output


def test_the_only_team_needs_no_name_and_of_two_one_is_asked_for(risk: Installation) -> None:
    assert risk.run("digest", "preview").output.startswith("risk: ")
    policy = risk.env_file.parent / "policy.toml"
    policy.write_text(policy.read_text() + TEAM.replace("risk", "second"))
    shown = risk.run("digest", "preview")
    assert shown.exit_code == 2
    assert "Name one of the policy's teams; it has: risk, second." in shown.output


def test_what_no_rule_could_be_judged_on_is_told(risk: Installation) -> None:
    doubted = replace(routing(tier="large"), unreadable="amount is text, a number is needed")
    lately = SystemClock().now() - timedelta(days=2)
    with risk.database.write() as tx:
        store(tx, [prediction(number, routed=doubted, received_at=lately) for number in range(3)])
    shown = risk.run("digest", "preview", "risk")
    assert (
        "3 predictions could not be judged by rule large: amount is text, a number is needed." in shown.output
    )
