"""The doctor says which key signs the record, and where it is kept."""

from pathlib import Path

from bot.doctor.finding import CheckStatus
from bot.doctor.record_keys import check_audit_keys
from bot.record_keys import key_file, keyring
from bot.settings import Settings, read_settings


def settings_in(folder: Path, **variables: str) -> Settings:
    url = f"sqlite:///{folder}/data.sqlite3"
    return read_settings({"SECONDLOOK_DATABASE_URL": url, **variables}, None)


def test_a_key_of_the_settings_is_well(tmp_path: Path) -> None:
    two = settings_in(tmp_path, SECONDLOOK_AUDIT_KEYS=f"2026:{'s' * 32},2025:{'t' * 32}")
    finding = check_audit_keys(two)
    assert (finding.status, finding.what) == (
        CheckStatus.OK,
        "“2026” signs the record, 1 more verify it",
    )


def test_before_the_start_it_says_where_a_key_will_be(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    finding = check_audit_keys(settings)
    assert finding.status is CheckStatus.WARN
    assert f"will keep a key in {key_file(settings)}" in finding.what
    assert not key_file(settings).exists()


def test_a_kept_key_is_to_be_shared_and_copied(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    secret = keyring(settings, may_make=True).signer[1].decode()
    finding = check_audit_keys(settings)
    assert finding.status is CheckStatus.WARN
    assert "every replica" in finding.mend
    assert secret not in finding.what + finding.mend


def test_a_damaged_key_is_in_the_way(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    key_file(settings).write_text("damaged")
    assert check_audit_keys(settings).status is CheckStatus.FAIL
