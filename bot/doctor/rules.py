"""Whether the rules of the policy could be judged on what services sent lately."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.doctor.database import findings_in
from bot.doctor.finding import Finding, warn
from routing.digest.facts import UnreadableRule
from routing.policy import Policy
from storage.engine.database import Database
from storage.evidence import digest_facts

LATELY = timedelta(days=7)
MEND = (
    "They are reviewed. Have the service send what is missing, correct the rule, or say "
    '`when_unreadable = "pass"` where the rule only looks for what may be left out.'
)


def check_rules(url: str, policy: Policy, now: datetime) -> tuple[Finding, ...]:
    """One finding for each tier and reason; none where all could be judged or the database cannot tell."""

    def find(database: Database) -> Iterator[Finding]:
        with database.read() as tx:
            rules = digest_facts.unreadable(tx, policy.tasks, now - LATELY, now)
        return (warn(f"rule {rule.tier}", _words(rule), MEND) for rule in rules)

    return findings_in(url, find)


def _words(rule: UnreadableRule) -> str:
    return f"Predictions of {rule.task} of the last 7 days that it could not judge: {rule.n:,}; {rule.why}."
