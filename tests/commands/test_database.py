"""`secondlook database` and `secondlook audit` say how the stored things are."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from storage import audit
from storage.audit import Entry
from tests.commands.installation import Installation
from tests.http.shop import SECRETS
from tests.storage.recorded import fill, tamper
from tests.worlds.policies import SHOP

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_database_of_this_version_is_said_to_be_writable(installation: Installation) -> None:
    shown = installation.run("database", "status")
    assert shown.exit_code == 0
    assert "migrated, writable" in shown.output


def test_an_upgrade_creates_the_database_and_can_be_repeated(tmp_path: Path) -> None:
    env = {"SECONDLOOK_DATABASE_URL": f"sqlite:///{tmp_path}/new.sqlite3"}
    before = CliRunner().invoke(main, ["database", "status"], env=env)
    first = CliRunner().invoke(main, ["database", "upgrade"], env=env)
    second = CliRunner().invoke(main, ["database", "upgrade"], env=env)
    after = CliRunner().invoke(main, ["database", "status"], env=env)
    assert [before.exit_code, first.exit_code, second.exit_code, after.exit_code] == [1, 0, 0, 0]


def test_a_database_that_is_none_is_said_plainly_with_exit_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    env = {"SECONDLOOK_DATABASE_URL": "mysql://localhost/x"}
    shown = CliRunner().invoke(main, ["database", "upgrade"], env=env)
    assert shown.exit_code == 2
    assert "SQLite file or in PostgreSQL" in shown.output
    assert list(tmp_path.iterdir()) == []


UNUSABLE = ("mysql://localhost/x", "postgresql://nobody:hush@127.0.0.1:9/x", "not an address")


SERVE = ("serve",)
"""It waits for a server that does not answer."""
COMMANDS = [("database", "upgrade"), ("database", "status"), ("report",), SERVE]
UNUSABLE_FOR = [
    (command, url) for command in COMMANDS for url in UNUSABLE if command != SERVE or "://nobody" not in url
]


@pytest.mark.parametrize(("command", "url"), UNUSABLE_FOR)
def test_of_an_address_that_is_no_use_it_says_where_it_is_set(
    tmp_path: Path, command: tuple[str, ...], url: str
) -> None:
    env_file, name = tmp_path / "team.env", "SECONDLOOK_DATABASE_URL"
    (tmp_path / "policy.toml").write_text(SHOP)
    lines = [
        "SECONDLOOK_POLICY=policy.toml",
        "SECONDLOOK_DRAW_KEY=a key for the tests' draws",
        "SLACK_BOT_TOKEN=xoxb-1",
        "SLACK_APP_TOKEN=xapp-1",
        "SLACK_API_URL=http://127.0.0.1:9/api/",
        "SECONDLOOK_PORT=0",
        *(f"{secret}={value}" for secret, value in SECRETS.items()),
    ]
    for is_in_file in (True, False):
        env_file.write_text("\n".join([*lines, f"{name}={url}"] if is_in_file else lines))
        shown = CliRunner(env={} if is_in_file else {name: url}).invoke(
            main, [*command, "--env-file", str(env_file)]
        )
        assert shown.exit_code in (1, 2)
        assert f"{name} is set in {env_file if is_in_file else 'the environment'}." in shown.output
        assert "hush" not in shown.output


def test_a_file_that_is_not_there_is_said_with_its_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.toml").write_text(SHOP)
    shown = CliRunner().invoke(main, ["report"])
    assert "secondlook.sqlite3 does not exist yet." in shown.output
    assert "SECONDLOOK_DATABASE_URL is not set." in shown.output


def record(installation: Installation, count: int) -> None:
    entries = [Entry(NOON, "tester", "case.opened", f"case_{number}", {}) for number in range(count)]
    with installation.database.write() as tx:
        audit.append_many(tx, entries)


def test_an_unbroken_record_is_counted(installation: Installation) -> None:
    record(installation, 3)
    shown = installation.run("audit", "verify")
    assert (shown.exit_code, shown.output) == (0, "Unbroken: 3 entries, 0 rows.\n")


def test_an_entry_edited_behind_the_bots_back_is_found(installation: Installation) -> None:
    record(installation, 3)
    tamper(installation.database, "UPDATE record_entries SET actor = 'nobody' WHERE seq = 2")
    shown = installation.run("audit", "verify")
    assert shown.exit_code == 1
    assert "Broken in 1 place; looked at 3 entries, 0 rows." in shown.output
    assert "Entry 2 of what is about no case was edited or moved." in shown.output
    assert "Compare with a backup" in shown.output


def test_an_edited_label_is_named_with_its_column(installation: Installation) -> None:
    fill(installation.database, 1)
    tamper(installation.database, "UPDATE labels SET rationale = 'else' WHERE label_id = 'label_case_1_U1_1'")
    shown = installation.run("audit", "verify")
    assert shown.exit_code == 1
    assert "The label label_case_1_U1_1 was edited: rationale." in shown.output
    assert "else" not in shown.output


def test_of_many_findings_the_first_are_shown_and_the_others_counted(installation: Installation) -> None:
    record(installation, 30)
    tamper(installation.database, "UPDATE record_entries SET actor = 'nobody'")
    shown = installation.run("audit", "verify")
    assert "Broken in 30 places" in shown.output
    assert "… and 10 more." in shown.output


def test_a_key_that_is_missing_is_asked_for_by_its_id(installation: Installation) -> None:
    record(installation, 3)
    text = installation.env_file.read_text()
    installation.env_file.write_text(text.replace("=2026:", "=2027:"))
    shown = installation.run("audit", "verify")
    assert shown.exit_code == 1
    assert "Not checked: the key “2026” signed 3 entries and is not here" in shown.output


def test_an_anchor_shows_that_the_end_was_cut_off(installation: Installation) -> None:
    fill(installation.database, 1)
    kept = installation.run("audit", "anchor").output.strip()
    assert installation.run("audit", "verify", "--anchor", kept).exit_code == 0
    tamper(installation.database, "DELETE FROM record_entries", "DELETE FROM record_heads")
    shown = installation.run("audit", "verify", "--anchor", kept)
    assert "Of the anchors, entry 1 is missing." in shown.output


def test_an_empty_record_has_no_anchor(installation: Installation) -> None:
    assert installation.run("audit", "anchor").output == "Nothing is on record yet.\n"


def test_what_is_no_anchor_is_refused(installation: Installation) -> None:
    shown = installation.run("audit", "verify", "--anchor", "yesterday")
    assert shown.exit_code == 2
    assert "'yesterday' is not an anchor; it looks like 12-9f86d081884c7d65." in shown.output


def test_no_database_is_made_only_to_look_into_it(tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite3"
    env = {"SECONDLOOK_DATABASE_URL": f"sqlite:///{path}"}
    shown = CliRunner().invoke(main, ["audit", "verify"], env=env)
    assert shown.exit_code == 2
    assert "does not exist yet" in shown.output
    assert not path.exists()
