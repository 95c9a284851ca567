"""The doctor reads the policy, and misses the secrets that are not set."""

from pathlib import Path

from bot.doctor.finding import CheckStatus
from bot.doctor.policy import check_draw_key, check_policy, check_secrets
from bot.settings import Secrets, read_settings
from tests.doctor.policies import SECRET, policy, policy_text


def test_a_good_policy_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(policy_text())
    read, finding = check_policy(path)
    assert read is not None
    assert finding.status is CheckStatus.OK
    assert read.version in finding.what


def test_a_wrong_policy_says_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(policy_text('"digits"]', '"digit"]'))
    read, finding = check_policy(path)
    assert read is None
    assert finding.status is CheckStatus.FAIL
    assert f"{path}: services.shop.tasks" in finding.what


def test_a_policy_that_is_absent_or_no_text_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name, words in (("absent", "secondlook init"), ("binary", "UTF-8")):
        read, finding = check_policy(tmp_path / name)
        assert read is None
        assert words in finding.what


def test_a_draw_key_is_needed() -> None:
    assert check_draw_key(read_settings({}, None)).status is CheckStatus.FAIL
    keyed = read_settings({"SECONDLOOK_DRAW_KEY": "0123456789abcdef"}, None)
    assert check_draw_key(keyed).status is CheckStatus.OK


def test_secrets_that_are_set_are_fine() -> None:
    (finding,) = check_secrets(policy(), Secrets({"SHOP_SECRET": SECRET}))
    assert finding.status is CheckStatus.OK


def test_every_secret_that_is_missing_is_named() -> None:
    both = policy('secret_env = ["SHOP_SECRET"]', 'secret_env = ["OLD", "NEW"]\nbearer_env = ["KEY"]')
    findings = check_secrets(both, Secrets({"OLD": SECRET}))
    assert [finding.what for finding in findings] == ["NEW is not set.", "KEY is not set."]


def test_a_malformed_secret_is_told_without_being_shown() -> None:
    (finding,) = check_secrets(policy(), Secrets({"SHOP_SECRET": "hush hush"}))
    assert finding.status is CheckStatus.FAIL
    assert "hush" not in repr(finding)
