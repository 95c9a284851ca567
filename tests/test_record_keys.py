"""Where the record's key comes from: the settings, a file that is made once, or the key of the draws."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import SettingsInvalid
from bot.record_keys import DERIVED, key_file, keyring
from bot.settings import Secrets, Settings

SET = (("2026", b"a key of the settings"),)


def settings_in(folder: Path, **changed: object) -> Settings:
    url = f"sqlite:///{folder}/data.sqlite3"
    settings = Settings(Secrets({}), database_url=url, draw_key=b"0123456789abcdef", folder=folder)
    return replace(settings, **changed)  # type: ignore[arg-type]  # fields by name


def ids(settings: Settings, *, may_make: bool = False) -> list[str]:
    return [key_id for key_id, _ in keyring(settings, may_make=may_make).keys]


def test_without_the_variable_a_key_is_made_once_and_kept_for_its_owner(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    made = keyring(settings, may_make=True)
    path = key_file(settings)
    assert path == tmp_path / "data.sqlite3.audit-key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keyring(settings, may_make=True).keys == keyring(settings).keys == made.keys
    assert path.read_text().startswith(f"{made.keys[0][0]}:")


def test_each_installation_has_a_key_of_its_own(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        made.append(keyring(settings_in(tmp_path / name), may_make=True).signer)
    assert made[0][0] != made[1][0]
    assert made[0][1] != made[1][1]


def test_who_only_looks_makes_no_key(tmp_path: Path) -> None:
    assert ids(settings_in(tmp_path)) == [DERIVED]
    assert list(tmp_path.iterdir()) == []


def test_the_variable_signs_and_the_kept_key_verifies_what_it_signed_before(tmp_path: Path) -> None:
    (kept, _) = ids(settings_in(tmp_path), may_make=True)
    assert ids(settings_in(tmp_path, audit_keys=SET)) == ["2026", kept, DERIVED]


def test_with_postgresql_it_is_kept_where_the_settings_are(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, database_url="postgresql://u@db/x")
    assert key_file(settings) == tmp_path / "secondlook.audit-key"


def test_where_no_file_can_be_kept_the_key_of_the_draws_makes_one_that_replicas_share(tmp_path: Path) -> None:
    nowhere = tmp_path / "none"
    first, second = (keyring(settings_in(nowhere), may_make=True) for _ in range(2))
    assert first.signer == second.signer
    assert first.signer[0] == DERIVED
    other = keyring(settings_in(nowhere, draw_key=b"another key of draws"), may_make=True)
    assert other.signer[1] != first.signer[1]


def test_a_file_that_holds_no_key_is_named_not_replaced(tmp_path: Path) -> None:
    path = key_file(settings_in(tmp_path))
    path.write_text("damaged and secret")
    with pytest.raises(SettingsInvalid, match=r"audit-key is not a list of keys") as caught:
        keyring(settings_in(tmp_path), may_make=True)
    assert "damaged" not in str(caught.value)
    assert path.read_text() == "damaged and secret"


def test_without_any_key_there_is_none(tmp_path: Path) -> None:
    assert ids(settings_in(tmp_path, draw_key=None)) == []


@pytest.mark.parametrize("url", ["sqlite:///:memory:", "sqlite:///", "mysql://u@db/x"])
def test_no_key_is_left_behind_for_what_is_not_kept(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert ids(settings_in(tmp_path, database_url=url), may_make=True) == [DERIVED]
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = key_file(settings_in(tmp_path))
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsInvalid, match="cannot be read as a list of keys"):
        keyring(settings_in(tmp_path))


def test_nothing_but_the_key_is_left_beside_the_data(tmp_path: Path) -> None:
    keyring(settings_in(tmp_path), may_make=True)
    assert [path.name for path in tmp_path.iterdir()] == ["data.sqlite3.audit-key"]
