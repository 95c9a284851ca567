"""`secondlook policy check` prints what goes where, or every error at once."""

from itertools import takewhile
from pathlib import Path

from click.testing import CliRunner, Result
from rich.console import Console

from bot.cli import main
from bot.commands.policy import shown
from bot.starter.files import template
from bot.usecases.active_policy import Proposal, propose
from routing.policy import load_policy
from storage.engine.database import Database
from tests.places import ROOT
from tests.worlds.desk import make_world
from tests.worlds.policies import DESK

EXAMPLE = ROOT / "deploy" / "policy.example.toml"


def check(path: Path) -> Result:
    return CliRunner().invoke(main, ["policy", "check", str(path)])


def printed(text: str) -> str:
    console = Console(width=300)
    with console.capture() as captured:
        for part in shown(load_policy(text, "policy.toml")):
            console.print(part)
    return captured.get()


def cells(text: str, tier: str) -> list[str]:
    """A tier's cells; the lines of each are joined."""
    lines = iter(printed(text).splitlines())
    first = next(line for line in lines if line.startswith(f"│ {tier} "))
    rows = [first, *takewhile(lambda line: line.startswith("│"), lines)]
    columns = zip(*(row.strip("│").split("│") for row in rows), strict=True)
    return [" ".join(cell.strip() for cell in column).strip() for column in columns]


def test_the_starter_policy_works_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(template("policy.toml"))
    result = check(path)
    assert result.exit_code == 0
    assert "can work: version" in result.output
    assert "!" not in result.output


def test_the_example_policy_of_the_deployment_works() -> None:
    result = check(EXAMPLE)
    assert result.exit_code == 0
    assert "returns: Is this return honest?" in result.output


def test_each_tier_says_what_passes_who_looks_and_by_when() -> None:
    tier = cells(template("policy.toml"), "high_value")
    assert tier[1:3] == ["payments of 500 and more are always looked at", "never"]
    assert tier[3] == "#experts: the channel's members"
    assert "2h" in tier[4]
    assert "remind in the thread" in tier[5]
    assert cells(template("policy.toml"), "ordinary")[1:3] == [
        "everything else",
        "if the model is at least 95 % sure; 1 in 50 of it checked at random",
    ]


def test_named_experts_quorum_and_expiry_are_told() -> None:
    text = EXAMPLE.read_text()
    assert "settled by U0000000001, 2 answers needed" in cells(text, "critical")[3]
    sure = text.replace("# certainty", "certainty").replace("# answers_at_most", "answers_at_most")
    assert "2 answers needed, up to 4 until they are 97 % sure" in cells(sure, "critical")[3]
    assert "group S0000000001" in cells(text, "routine")[3]
    assert "U0000000002, U0000000003" in cells(text, "alarming")[3]
    assert "decide malignant" in cells(text, "alarming")[5]


def test_services_and_teams_are_told() -> None:
    text = printed(EXAMPLE.read_text())
    assert "shop posts returns; decisions go to https://shop.example.com/hooks/second-look." in text
    assert "lab posts biopsies; decisions go to the feed GET /v1/decisions." in text
    assert "#medical reads the digest of biopsies: every Monday at 09:00 (Europe/Berlin)." in text


def test_every_error_is_told_at_once_with_exit_status_1(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    text = template("policy.toml")
    path.write_text(text.replace("[tasks.fraud.hours]", "[tasks.fraud.ours]").replace('"2h"', '"two hours"'))
    result = check(path)
    assert result.exit_code == 1
    lines = result.output.strip().splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"{path}: tasks.fraud") for line in lines)


def test_a_file_that_is_absent_is_told(tmp_path: Path) -> None:
    result = check(tmp_path / "nowhere.toml")
    assert result.exit_code == 1
    assert "No such file" in result.output


def test_advice_is_given_without_refusing(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        "".join(line for line in template("policy.toml").splitlines(True) if "audit = " not in line)
    )
    result = check(path)
    assert result.exit_code == 0
    assert "never looked at" in " ".join(result.output.split())


def test_what_leaves_is_told_with_its_open_cases_where_a_database_is(sqlite_url: str, tmp_path: Path) -> None:
    world = make_world(Database(sqlite_url))
    propose(world.ctx, Proposal("host:1", world.policy))
    world.open()
    world.open()
    world.database.dispose()
    path = tmp_path / "policy.toml"
    path.write_text(DESK.replace('"legit"', '"honest"').replace('name = "all"', 'name = "any"'))
    settings = {"SECONDLOOK_DATABASE_URL": sqlite_url, "SECONDLOOK_POLICY": str(path)}

    for arguments in (["check", str(path)], ["status"]):
        output = CliRunner(env=settings).invoke(main, ["policy", *arguments]).output
        lines = {line.partition("policy.toml: ")[2] for line in output.splitlines()}
        assert (
            "tasks.fraud.labels.legit: this label leaves the policy, and 2 open cases have it and keep it; "
            'if it has another name now, say so on the label that it is: `was = ["legit"]`'
        ) in lines
        assert (
            "tasks.topic.tiers.all: this tier leaves the policy, and no open case has it; "
            "nothing is to be done if that was meant: open cases go on with the people they had"
        ) in lines


def test_a_check_makes_no_database_and_needs_no_settings(tmp_path: Path) -> None:
    path, url = tmp_path / "policy.toml", f"sqlite:///{tmp_path}/none.sqlite3"
    path.write_text(template("policy.toml"))
    for settings in ({"SECONDLOOK_DATABASE_URL": url}, {"SECONDLOOK_PORT": "not a port"}):
        result = CliRunner(env=settings).invoke(main, ["policy", "check", str(path)])
        assert (result.exit_code, "!" in result.output) == (0, False)
    assert [file.name for file in tmp_path.iterdir()] == ["policy.toml"]
