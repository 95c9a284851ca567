"""The hash lock serves pyproject.toml as it is now, and names no address."""

import re

import pytest

from tests.deploy.lock import LOCK, PIN, RENEW, Declared, declared, first_line, staleness
from tests.places import ROOT

WANTED = Declared(("click>=8.3,<9", "Slack_Bolt>=1.30,<2"), ">=3.11")
PINS = "click==8.3.1 \\\n    --hash=sha256:0\nslack-bolt==1.30.0 \\\n    --hash=sha256:1\n"


def lock_of(wanted: Declared, pins: str = PINS) -> str:
    return f"{first_line(wanted)}\n{pins}"


def test_the_lock_serves_pyproject_as_it_is_now() -> None:
    wanted = declared((ROOT / "pyproject.toml").read_text())
    assert staleness(wanted, LOCK.read_text()) == [], f"deploy/requirements.lock is stale; run {RENEW}"


def test_a_lock_that_fits_is_not_stale() -> None:
    assert staleness(WANTED, lock_of(WANTED)) == []


def test_a_changed_bound_makes_the_lock_stale() -> None:
    changed = Declared(("click>=8.2,<9", "Slack_Bolt>=1.30,<2"), ">=3.11")
    assert staleness(changed, lock_of(WANTED)) == ["it was made for another pyproject.toml"]


def test_another_python_makes_the_lock_stale() -> None:
    assert staleness(Declared(WANTED.requirements, ">=3.12"), lock_of(WANTED)) != []


def test_the_order_in_pyproject_does_not_matter() -> None:
    assert staleness(Declared(WANTED.requirements[::-1], ">=3.11"), lock_of(WANTED)) == []


@pytest.mark.parametrize("pins", ["click==9.0.0\nslack-bolt==1.30.0\n", "click==8.3.1\n"])
def test_a_missing_or_unfitting_pin_makes_the_lock_stale(pins: str) -> None:
    (reason,) = staleness(WANTED, lock_of(WANTED, pins))
    assert "is not served by" in reason


def test_the_build_backend_is_locked_too() -> None:
    assert any(requirement.startswith("hatchling") for requirement in declared_now().requirements)
    assert "\nhatchling==" in LOCK.read_text()


def declared_now() -> Declared:
    return declared((ROOT / "pyproject.toml").read_text())


def test_every_package_is_pinned_with_a_hash() -> None:
    entries = re.split(r"\n(?=[a-z])", LOCK.read_text())[1:]
    assert len(entries) == len(PIN.findall(LOCK.read_text())) > 20
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_names_no_address_and_sets_no_option() -> None:
    lines = LOCK.read_text().splitlines()
    assert [line for line in lines if "://" in line] == []
    assert [line for line in lines if line.startswith("-")] == []
