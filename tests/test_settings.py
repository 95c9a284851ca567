"""Settings come from the environment, are checked together, and never show a secret."""

from pathlib import Path

import pytest

from bot.errors import SettingsInvalid
from bot.settings import Secrets, read_env_file, read_settings

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


def test_a_file_may_have_comments_quotes_and_exports(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# tokens\n\nexport A='x=y'\nB=\"\"\nC = plain # not a comment\nnonsense\n")
    assert read_env_file(file) == {"A": "x=y", "B": "", "C": "plain # not a comment"}


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
