"""Whether the rules of the policy could be judged on what services sent lately."""

from datetime import datetime, timedelta

from bot.doctor.database import absent_file
from bot.doctor.finding import Finding, warn
from routing.digest_facts import UnreadableRule
from routing.policy import Policy
from storage import reports
from storage.database import Database
from storage.errors import StorageError
from storage.keyring import NO_KEYS

LATELY = timedelta(days=7)
MEND = (
    "They are reviewed. Have the service send what is missing, correct the rule, or say "
    '`when_unreadable = "pass"` where the rule only looks for what may be left out.'
)


def check_rules(url: str, policy: Policy, now: datetime) -> tuple[Finding, ...]:
    """One finding for each tier and reason; none where all could be judged or the database cannot tell."""
    if absent_file(url) is not None:
        return ()
    try:
        database = Database(url, keyring=NO_KEYS)
    except StorageError:  # which the check of the database has told
        return ()
    try:
        with database.read() as tx:
            rules = reports.unreadable(tx, policy.tasks, now - LATELY, now)
    except StorageError:
        return ()
    finally:
        database.dispose()
    return tuple(warn(f"rule {rule.tier}", _words(rule), MEND) for rule in rules)


def _words(rule: UnreadableRule) -> str:
    return f"Predictions of {rule.task} of the last 7 days that it could not judge: {rule.n:,}; {rule.why}."
