"""Rules that weigh answers: each kept for ever under its number and version, the latest in force."""

from dataclasses import replace

from routing.triage.in_force import RuleRef
from storage.engine.database import Database
from storage.measured import consensus_rules
from storage.measured.consensus_rules import StoredRule
from tests.storage.examples import HOUR, NOW

FIRST = StoredRule("fraud", 1, "v1", "abc", {"form": 1, "rule": {"name": "count"}}, NOW)
SECOND = replace(FIRST, sequence=2, version="v2", labels_digest="def", fitted_at=NOW + HOUR)


def test_the_latest_rule_of_each_task_is_in_force_and_the_others_are_kept(database: Database) -> None:
    other = replace(FIRST, task="spam", version="v9", document={"form": 1})
    with database.write() as tx:
        assert consensus_rules.latest(tx, "fraud") is None
        assert all(consensus_rules.add(tx, rule) for rule in (FIRST, SECOND, other))
        assert consensus_rules.in_force(tx) == {"fraud": RuleRef("v2", "def"), "spam": RuleRef("v9", "abc")}
        assert consensus_rules.latest(tx, "fraud") == SECOND
        assert consensus_rules.document(tx, "v1") == FIRST.document
        assert consensus_rules.document(tx, "v9") == {"form": 1}
        assert consensus_rules.document(tx, "gone") is None


def test_a_rule_is_stored_once_under_its_number(database: Database) -> None:
    with database.write() as tx:
        assert consensus_rules.add(tx, FIRST)
        assert not consensus_rules.add(tx, replace(FIRST, version="other"))
        assert consensus_rules.latest(tx, "fraud") == FIRST
