"""One tier changed in memory is what the edited file would say, and goes through the same check."""

from datetime import timedelta

import pytest

from bot.policy.tier_change import TierChange, changed, lines
from routing.errors import InvalidPolicy
from routing.policy import Policy, load_policy
from tests.worlds.policies import DESK

HOURS = '[tasks.fraud.hours]\nstart = "09:00"\nend = "17:00"\n'
RULE = 'accept_above = "always_review"\ndue_in = "4h"\nescalation'
PROMISED = (
    "accept_above = { error = 0.02, confidence = 0.95 }\naudit = 0.05\nsuspend_on = "
    '["new_model", "changed_labels", "drift"]\nmax_silence = 0.1\ndue_in = "3d"\n'
    'expires_in = "1w"\non_expiry = "close"\nescalation'
)


def policy(rule: str = PROMISED) -> Policy:
    """A working day of eight hours, so that three days are exactly one by the clock on the wall."""
    text = DESK.replace(RULE, rule).replace("[[tasks.fraud.tiers]]", f"{HOURS}[[tasks.fraud.tiers]]")
    return load_policy(text, "policy.toml")


def test_it_is_what_the_edited_file_says() -> None:
    edited = PROMISED.replace("0.02", "0.03").replace("0.05", "0.1").replace('due_in = "3d"', 'due_in = "2d"')
    change = TierChange("fraud", "high", {"error": 0.03, "confidence": 0.95}, 0.1, "2d")
    assert changed(policy(), change) == policy(edited)
    assert changed(policy(), change).version == policy(edited).version


def test_days_of_work_that_are_kept_are_not_counted_twice() -> None:
    original = policy()
    assert original.tasks["fraud"].tiers[0].due_in == timedelta(days=1)
    tier = changed(original, TierChange("fraud", "high", audit=0.2)).tasks["fraud"].tiers[0]
    assert (tier.due_in, tier.expires_in) == (timedelta(days=1), timedelta(hours=40))


def test_what_the_new_rule_has_no_room_for_falls_away_and_the_lines_say_so() -> None:
    change = TierChange("fraud", "high", "always_review")
    tier = changed(policy(), change).tasks["fraud"].tiers[0]
    assert (tier.accept_above, tier.audit) == ("always_review", 0.0)
    assert lines(policy().tasks["fraud"].tiers[0], change) == (
        'accept_above = "always_review"',
        "# and without `audit`",
        "# and without `suspend_on`",
        "# and without `max_silence`",
    )


def test_asking_again_goes_with_what_it_is_for() -> None:
    again = PROMISED.replace("audit = 0.05", 'audit = 0.05\nask_for = "1h"')
    switched_on = again.replace("audit = 0.05", "audit = 0.05\nask_again = true")

    def without(rule: str, accept_above: str | float) -> list[str]:
        change = TierChange("fraud", "high", accept_above)
        assert changed(policy(rule), change).tasks["fraud"].tiers[0].accept_above == accept_above
        gone = lines(policy(rule).tasks["fraud"].tiers[0], change)
        return [line.split("`")[1] for line in gone if "ask" in line]

    assert without(again, 0.9) == ["ask_for"]
    assert without(switched_on, 0.9) == []
    assert without(switched_on, "always_review") == ["ask_again", "ask_for"]


def test_the_lines_are_those_of_the_file() -> None:
    change = TierChange("fraud", "high", {"error": 0.03, "confidence": 0.95}, 0.1, "2d")
    tier = policy().tasks["fraud"].tiers[0]
    assert lines(tier, change) == (
        "accept_above = { error = 0.03, confidence = 0.95 }",
        "audit = 0.1",
        'due_in = "2d"',
    )
    assert lines(tier, TierChange("fraud", "high", 0.9)) == (
        "accept_above = 0.9",
        "# and without `suspend_on`",
        "# and without `max_silence`",
    )


def test_another_promise_keeps_the_slices_of_the_one_before() -> None:
    slices = 'slices = ["country=PT", "country=ES"] }'
    before = policy(PROMISED.replace("0.95 }", f"0.95, {slices}"))
    change = TierChange("fraud", "high", {"error": 0.03, "confidence": 0.9})
    line = f"accept_above = {{ error = 0.03, confidence = 0.9, {slices}"
    tier = before.tasks["fraud"].tiers[0]
    assert lines(tier, change) == (line,)
    assert tier.certified is not None
    after = changed(before, change).tasks["fraud"].tiers[0].certified
    assert after is not None
    assert (after.error, after.slices) == (0.03, tier.certified.slices)


def test_every_finding_names_its_key() -> None:
    with pytest.raises(InvalidPolicy) as refused:
        changed(policy(), TierChange("fraud", "high", 0.4, 2.0, "soon"))
    keys = {finding.key for finding in refused.value.findings}
    assert {"tasks.fraud.tiers.high.audit", "tasks.fraud.tiers.high.due_in"} <= keys
    with pytest.raises(InvalidPolicy) as refused:
        changed(policy(), TierChange("fraud", "high", 0.4))
    assert [finding.key for finding in refused.value.findings] == ["tasks.fraud.tiers.high.accept_above"]
