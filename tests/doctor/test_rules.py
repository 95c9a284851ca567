"""The doctor names rules that could not be judged lately, from the stored predictions."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.doctor.finding import CheckFinding, CheckStatus
from bot.doctor.rules import check_rules
from routing.policy import load_policy
from storage.engine.database import Database
from tests.storage.examples import NOW, prediction, routing, store
from tests.worlds.policies import SHOP

POLICY = load_policy(SHOP, "policy.toml")


def check(url: str) -> tuple[CheckFinding, ...]:
    return check_rules(url, POLICY, NOW + timedelta(days=1))


def test_rules_that_could_not_be_judged_lately_are_named_with_what_to_do(
    database: Database, database_url: str
) -> None:
    doubted = replace(routing(tier="large"), unreadable="amount is text, a number is needed")
    earlier = NOW - timedelta(days=7)
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2, routed=doubted), prediction(3, routed=doubted)])
        store(tx, [prediction(4, routed=replace(doubted, tier="old"), received_at=earlier)])
    (finding,) = check(database_url)
    assert (finding.name, finding.status) == ("rule large", CheckStatus.WARN)
    assert finding.what == (
        "Predictions of fraud of the last 7 days that it could not judge: 2; "
        "amount is text, a number is needed."
    )
    assert "when_unreadable" in finding.mend


def test_nothing_is_said_where_all_could_be_judged(database: Database, database_url: str) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
    assert check(database_url) == ()


@pytest.mark.parametrize("content", [None, b"", b"shopping list " * 100])
def test_a_database_that_cannot_tell_is_another_checks_finding(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "some.sqlite3"
    if content is not None:
        path.write_bytes(content)
    assert check(f"sqlite:///{path}") == ()
    assert path.exists() == (content is not None)


def test_an_address_that_is_none_is_another_checks_finding() -> None:
    assert check("nonsense") == ()
