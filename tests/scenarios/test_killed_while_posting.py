"""The process is killed between a post and its record, again and again: each case has one message."""

import random
from pathlib import Path

import pytest

from bot.sandbox import SlackFault
from bot.settings import parse_audit_keys
from storage import audit
from storage.engine.database import Database
from storage.record.keyring import Keyring
from tests.patience import eventually
from tests.scenarios.people import MAYA, Case
from tests.scenarios.serving import Branch, serving
from tests.scenarios.world import AUDIT_KEYS

SLOW = SlackFault("slow", method="chat.postMessage", seconds=0.3)
KILLS = 2
SENDERS = 4


def kill_while_posting(branch: Branch, chance: random.Random) -> None:
    """Kill the process when Slack has got, or has accepted, some of the calls under way."""
    slack = branch.served.slack

    def got() -> int:
        stats = slack.stats()
        return int(stats["posted"] if is_accepted else stats["calls"].get("chat.postMessage", 0))

    is_accepted, number = chance.choice([True, False]), chance.randint(1, SENDERS)
    before = got()
    slow = slack.faults.add(SLOW)
    cases = [branch.post(f"order-{before}-{n}") for n in range(SENDERS)]
    assert all(cases)
    eventually(lambda: got() >= before + number)
    branch.served.kill()
    slack.faults.clear(slow)


def is_unbroken(database_url: str) -> bool:
    database = Database(database_url, keyring=Keyring(parse_audit_keys(AUDIT_KEYS, "the stories")))
    with database.read() as tx:
        report = audit.verify(tx)
    database.dispose()
    return report.ok


@pytest.mark.parametrize(("database", "seed"), [("sqlite_url", 1), ("postgres_url", 2)])
def test_each_case_has_one_message_with_its_state(
    database: str, seed: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    database_url: str = request.getfixturevalue(database)
    chance = random.Random(seed)
    with serving(database_url, tmp_path) as branch:
        for _ in range(KILLS):
            kill_while_posting(branch, chance)
            branch.served.start()
        branch.settle()

        maya = branch.person(MAYA)
        ids = [one["metadata"]["event_payload"]["case_id"] for one in maya.messages("C0PAYMENTS")]
        assert len(ids) == len(set(ids)) == KILLS * SENDERS
        for case in [Case(case_id, "") for case_id in ids]:
            assert "Confirm: Fraud" in maya.buttons(case)
        answered = Case(chance.choice(ids), "")
        maya.press(answered, "Confirm: Fraud")
        eventually(lambda: maya.buttons(answered) == ["Undo"])
        eventually(lambda: branch.inbox.types(answered.case_id) == ["case.decided"])
    assert is_unbroken(database_url)
