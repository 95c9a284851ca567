"""Whether the rules of the policy could be judged on what services sent lately."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.doctor.database import read_in
from bot.doctor.finding import CheckFinding, warn
from routing.policy import Policy
from storage.engine.database import Database
from storage.evidence import digest_facts

LATELY = timedelta(days=7)
MEND = (
    "They are looked at. Have the service send what is missing, correct the rule, or say "
    '`when_unreadable = "pass"` where the rule only looks for what may be left out.'
)


def check_rules(url: str, policy: Policy, now: datetime) -> tuple[CheckFinding, ...]:
    """A finding for each tier and reason; none where all could be judged or the database cannot tell."""

    def find(database: Database) -> Iterator[CheckFinding]:
        with database.read() as tx:
            rules = digest_facts.unreadable(tx, policy.tasks, now - LATELY, now)
        for rule in rules:
            what = f"Predictions of {rule.task} of the last 7 days that it could not judge: {rule.n:,}"
            yield warn(f"rule {rule.tier}", f"{what}; {rule.why}.", MEND)

    return read_in(url, find)
