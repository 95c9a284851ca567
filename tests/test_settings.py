"""Settings come from the environment, are checked together, and never show a secret."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.env_file import read_env_file
from bot.errors import SettingsInvalid
from bot.http.signatures import Services
from bot.policy.policy_file import read_policy
from bot.settings import Secrets, read_settings
from routing.errors import InvalidPolicy
from routing.policy import load_policy
from tests.worlds.policies import DESK

KEY = "0123456789abcdef"


def test_an_empty_environment_gives_the_embedded_defaults() -> None:
    settings = read_settings({}, env_file=None)
    assert settings.database_url == "sqlite:///secondlook.sqlite3"
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.policy_path == Path("policy.toml")


def test_an_empty_variable_counts_as_unset() -> None:
    assert (
        read_settings({"SECONDLOOK_PORT": "", "SLACK_APP_TOKEN": ""}, env_file=None).slack_app_token is None
    )


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SECONDLOOK_PORT=9000\nSECONDLOOK_HOST=0.0.0.0\n")
    settings = read_settings({"SECONDLOOK_PORT": "9001"}, env_file=file)
    assert (settings.host, settings.port) == ("0.0.0.0", 9001)  # noqa: S104 - a value, nothing listens


KINDER = {"export A = x=y ", "A=# to be filled in", "A=it's"}
"""A shell takes these for something else; we take them for what was meant."""
LINES: list[tuple[str, str]] = [
    ("A=xoxb-1", "xoxb-1"),
    ("export A = x=y ", "x=y"),
    ("A=xoxb-1 # the bot's", "xoxb-1"),
    ("A=xoxb-1\t#it", "xoxb-1"),
    ("A=pass#word", "pass#word"),
    ("A=#word", "#word"),
    ("A= # to be filled in", ""),
    ("A=# to be filled in", ""),
    ("A=  #", ""),
    ("A='x # y' # z", "x # y"),
    ("A='x\\y'", "x\\y"),
    ('A="x # \\"y\\""', 'x # "y"'),
    ('A=""', ""),
    ("A=it's", "it's"),
]


@pytest.mark.parametrize(("line", "value"), LINES)
def test_a_line_of_a_file_means_what_it_means_to_a_shell(tmp_path: Path, line: str, value: str) -> None:
    file = tmp_path / ".env"
    file.write_bytes(f"\ufeff# tokens\r\n\r\n  {line}\r\nnonsense\r\nB=b".encode())
    assert read_env_file(file) == {"A": value, "B": "b"}


@pytest.mark.parametrize(("line", "value"), [pair for pair in LINES if pair[0] not in KINDER])
def test_a_shell_that_sources_the_file_reads_the_same(tmp_path: Path, line: str, value: str) -> None:
    file = tmp_path / "env"
    file.write_text(f"{line}\n")
    command = f"set -a; . {file}; exec {sys.executable} -c \"import os; print(os.environ['A'])\""
    shell = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert shell.stdout == f"{value}\n"


@pytest.mark.parametrize("line", ["A='hush", 'A="hush" hush', "A='hush'hush"])
def test_quotes_that_do_not_hold_the_value_are_named_by_their_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / ".env"
    file.write_text(f"B=1\n{line}\n")
    with pytest.raises(
        SettingsInvalid, match="line 2: put the whole value into one pair of quotes"
    ) as caught:
        read_env_file(file)
    assert "hush" not in str(caught.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"A=\xff\xfe")
    with pytest.raises(SettingsInvalid, match="cannot be read: it is not UTF-8"):
        read_settings({}, env_file=file)


def test_a_shell_that_sourced_the_file_finds_the_same_places(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SECONDLOOK_POLICY=team.toml # ours\nSECONDLOOK_DATABASE_URL=sqlite:///team.sqlite3\n")
    sourced = read_settings(read_env_file(file), env_file=file)
    assert sourced.policy_path == tmp_path / "team.toml"
    assert sourced.database_url == f"sqlite:///{tmp_path}/team.sqlite3"
    other = read_settings({"SECONDLOOK_POLICY": "other.toml"}, env_file=file)
    assert other.policy_path == Path("other.toml")


def test_what_is_wrong_is_said_with_where_it_is_set(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SECONDLOOK_PORT=eighty\nSECONDLOOK_DRAW_KEY=hush\n")
    with pytest.raises(SettingsInvalid) as caught:
        read_settings({"SECONDLOOK_DRAW_KEY": "hushed"}, env_file=file)
    port, key = str(caught.value).split("SECONDLOOK_DRAW_KEY")
    assert f"It is set in {file}." in port
    assert "It is set in the environment." in key


def test_relative_paths_of_a_file_start_at_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SECONDLOOK_POLICY=team.toml\nSECONDLOOK_DATABASE_URL=sqlite:///team.sqlite3\n")
    settings = read_settings({}, env_file=file)
    assert settings.policy_path == tmp_path / "team.toml"
    assert settings.database_url == f"sqlite:///{tmp_path}/team.sqlite3"


def test_absolute_paths_and_other_databases_of_a_file_stay(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SECONDLOOK_POLICY=/etc/p.toml\nSECONDLOOK_DATABASE_URL=postgresql://db/x\n")
    settings = read_settings({}, env_file=file)
    assert (settings.policy_path, settings.database_url) == (Path("/etc/p.toml"), "postgresql://db/x")


def test_an_absolute_sqlite_file_stays_where_it_is(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SECONDLOOK_DATABASE_URL=sqlite:////data/x.sqlite3\n")
    assert read_settings({}, env_file=file).database_url == "sqlite:////data/x.sqlite3"


def test_a_missing_file_is_an_empty_one(tmp_path: Path) -> None:
    assert read_env_file(tmp_path / "absent") == {}


def test_a_variable_that_is_not_read_any_more_is_no_error() -> None:
    assert read_settings({"SECONDLOOK_PUBLIC_URL": "https://[::1"}, env_file=None).port == 8080


def test_every_wrong_variable_is_named_at_once_and_no_secret_shown() -> None:
    wrong = {
        "SECONDLOOK_PORT": "eighty",
        "SECONDLOOK_DRAW_KEY": "hush",
        "SECONDLOOK_AUDIT_KEYS": "2026:hush",
        "SLACK_API_URL": "https://[::1",
    }
    with pytest.raises(SettingsInvalid) as caught:
        read_settings(wrong, env_file=None)
    message = str(caught.value)
    assert all(name in message for name in wrong)
    assert "hush" not in message


@pytest.mark.parametrize("port", ["65536", "-1", "٣", "9" * 5000])
def test_a_port_that_cannot_be_is_refused(port: str) -> None:
    with pytest.raises(SettingsInvalid):
        read_settings({"SECONDLOOK_PORT": port}, env_file=None)


def test_no_representation_shows_a_secret() -> None:
    environ = {
        "SECONDLOOK_DATABASE_URL": "postgresql://u:hush@db/x",
        "SECONDLOOK_DRAW_KEY": KEY,
        "SECONDLOOK_AUDIT_KEYS": "2026:hush-hush-hush-hush",
        "SLACK_BOT_TOKEN": "xoxb-hush",
        "SLACK_APP_TOKEN": "xapp-hush",
        "SLACK_SIGNING_SECRET": "hush",
        "SHOP_SECRET": "hush",
    }
    shown = repr(read_settings(environ, env_file=None)) + str(Secrets(environ))
    assert "hush" not in shown
    assert KEY not in shown


def test_a_missing_secret_says_which_variable_to_set() -> None:
    secrets = Secrets({"A": "x", "B": ""})
    assert secrets.get("A") == "x"
    assert secrets.missing(["A", "B", "C"]) == ("B", "C")
    with pytest.raises(SettingsInvalid, match="B is not set"):
        secrets.get("B")


def test_what_is_needed_later_is_asked_for_by_name() -> None:
    settings = read_settings({}, env_file=None)
    with pytest.raises(SettingsInvalid, match="SECONDLOOK_DRAW_KEY"):
        settings.need_draw_key()
    with pytest.raises(SettingsInvalid, match="SLACK_BOT_TOKEN"):
        settings.need_bot_token()


def test_what_is_needed_is_given_where_it_is_set() -> None:
    settings = read_settings({"SECONDLOOK_DRAW_KEY": KEY, "SLACK_BOT_TOKEN": "xoxb-1"}, env_file=None)
    assert settings.need_draw_key() == KEY.encode()
    assert settings.need_bot_token() == "xoxb-1"


def test_audit_keys_are_pairs_of_which_the_first_signs() -> None:
    settings = read_settings({"SECONDLOOK_AUDIT_KEYS": f"2026:{KEY}, 2025:{KEY[::-1]}"}, env_file=None)
    assert settings.audit_keys == (("2026", KEY.encode()), ("2025", KEY[::-1].encode()))


@pytest.mark.parametrize(
    "keys", [KEY, f"2026:{KEY},", "2026:short", f"a b:{KEY}", f"1:{KEY},1:{KEY}", f":{KEY}"]
)
def test_what_is_no_list_of_audit_keys_is_refused_without_showing_it(keys: str) -> None:
    with pytest.raises(SettingsInvalid, match="SECONDLOOK_AUDIT_KEYS is not a list of keys") as caught:
        read_settings({"SECONDLOOK_AUDIT_KEYS": keys}, env_file=None)
    assert KEY not in str(caught.value)
    assert "short" not in str(caught.value)


def test_a_secret_that_cannot_be_used_is_named_with_where_it_is_set(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SECONDLOOK_SECRET_SHOP=whsec_short\n")
    settings = read_settings({}, env_file=file)
    with pytest.raises(SettingsInvalid, match=r"SECONDLOOK_SECRET_SHOP \(set in .*\.env\) is"):
        Services(load_policy(DESK, "policy.toml"), settings.secrets)


def test_a_policy_that_is_not_there_is_named_with_who_names_it_and_where_its_path_starts() -> None:
    settings = read_settings({"SECONDLOOK_POLICY": "nowhere.toml"}, env_file=None)
    with pytest.raises(InvalidPolicy) as caught:
        read_policy(settings.policy_path, settings.policy_origin)
    assert "SECONDLOOK_POLICY, set in the environment, names it" in str(caught.value)
    assert f"That path starts at {Path.cwd()}" in str(caught.value)
