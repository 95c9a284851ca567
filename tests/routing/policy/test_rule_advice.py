"""What `policy check` says of rules that read what may be absent, without refusing them."""

import pytest

from routing.policy import Policy, check, load_policy
from tests.places import ROOT
from tests.routing.making import policy_text, tier_text

TEAM = '[teams.leads]\nchannel = "leads"\ntasks = ["returns"]\n'
MEANT = 'or say that it is meant: `when_unreadable = "review"`'
ANYTHING = tier_text("standard", audit="0.1")


def advice(when: str, after: str = ANYTHING, **changes: str) -> list[str]:
    values = {"accept_above": '"always_review"', **changes}
    first = tier_text("first", when=f'"""{when}"""', **values)
    found = check(load_policy(policy_text(tiers=first + after, teams=TEAM), "policy.toml"))
    assert all(finding.key == "tasks.returns.tiers.first.when" for finding in found)
    return [f"{finding.problem}; {finding.mend}" for finding in found]


@pytest.mark.parametrize(
    ("when", "read", "has"),
    [
        ("input.fields.amount > 500", "input.fields.amount", "has(input.fields.amount)"),
        ("input.fields['amount'] > 500", "input.fields.amount", "has(input.fields.amount)"),
        ("input.fields['the sum'] > 5", "input.fields['the sum']", "'the sum' in input.fields"),
        ("slices.country == 'PT'", "slices.country", "has(slices.country)"),
        ("input.text.contains('x')", "input.text", "has(input.text)"),
        ("input.link.contains('x')", "input.link", "has(input.link)"),
        ("prediction.margin < 0.2", "prediction.margin", "has(prediction.margin)"),
        (
            "prediction.probabilities.fraud > 0.2",
            "prediction.probabilities.fraud",
            "has(prediction.probabilities.fraud)",
        ),
    ],
)
def test_a_fact_that_is_read_without_has_is_named(when: str, read: str, has: str) -> None:
    (line,) = advice(when)
    assert line.startswith(f"it reads `{read}` without asking whether it is there")
    assert f"write `{has} && …`" in line
    assert line.endswith(MEANT)


@pytest.mark.parametrize(
    ("when", "read", "lacks"),
    [
        (
            "has(input.fields.amount) && input.fields.amount >= 500",
            "input.fields.amount",
            "!has(input.fields.amount)",
        ),
        (
            "prediction.label == 'fraud' || ('amount' in input.fields && input.fields.amount > 500)",
            "input.fields.amount",
            "!has(input.fields.amount)",
        ),
        (
            "'the sum' in input.fields && input.fields['the sum'] > 7",
            "input.fields['the sum']",
            "!('the sum' in input.fields)",
        ),
        (
            "has(input.fields.amount) && input.fields.amount > 5 && has(input.fields.vip)",
            "input.fields.amount",
            "!has(input.fields.amount)",
        ),
        ("has(slices.country) && slices.country == 'PT'", "slices.country", "!has(slices.country)"),
        ("has(input.text) && input.text.contains('x')", "input.text", "!has(input.text)"),
        ("has(input.link) && input.link != ''", "input.link", "!has(input.link)"),
        (
            "prediction.margin != null && prediction.margin < 0.2",
            "prediction.margin",
            "!has(prediction.margin)",
        ),
        (
            "has(prediction.probabilities.fraud) && prediction.probabilities.fraud > 0.3",
            "prediction.probabilities.fraud",
            "!has(prediction.probabilities.fraud)",
        ),
        ("has(scores.toxicity) && scores.toxicity > 0.8", "scores.toxicity", "!has(scores.toxicity)"),
    ],
)
def test_a_guard_that_lets_absence_through_to_acceptance_is_named(when: str, read: str, lacks: str) -> None:
    line, *others = advice(when)
    assert line == (
        f"without `{read}` this tier is passed over, and standard lets more through; "
        f"write `{lacks} || …`, {MEANT}"
    )
    assert all("vip" in other for other in others)


@pytest.mark.parametrize(
    "when",
    [
        "!has(input.fields.amount) || input.fields.amount > 500",
        "!('amount' in input.fields) || input.fields.amount > 500",
        "prediction.margin == null || prediction.margin < 0.2",
        "prediction.label == 'fraud'",
        "size(input.fields) > 3",
        "input.fields.exists(k, k == 'vip')",
        "has(service.name) && prediction.label == 'fraud'",
        "origin == 'red_team'",
        "prediction.confidence < 0.5",
        "!has(scores.toxicity) || scores.toxicity > 0.8",
    ],
)
def test_a_rule_that_takes_absence_for_a_risk_or_reads_what_is_always_there_needs_no_advice(
    when: str,
) -> None:
    assert advice(when) == []


def test_a_guard_before_tiers_that_accept_no_more_needs_no_advice() -> None:
    guard = "has(input.fields.vip) && input.fields.vip"
    strict = tier_text("standard", accept_above='"always_review"')
    assert advice(guard, strict, accept_above="0.8", audit="0.1") == []
    promise = "{ error = 0.02, confidence = 0.95 }"
    assert (
        advice(
            guard, tier_text("standard", accept_above=promise, audit="0.1"), accept_above="0.9", audit="0.1"
        )
        == []
    )
    assert len(advice(guard, ANYTHING, accept_above=promise, audit="0.1")) == 1


def test_the_old_name_of_the_origin_is_taken_with_advice() -> None:
    assert advice("kind == 'red_team'") == [
        "`kind` is called `origin` now; the next version takes no other name; write `origin`"
    ]


@pytest.mark.parametrize("said", ['"review"', '"pass"'])
def test_who_has_said_what_is_meant_is_not_asked_again(said: str) -> None:
    assert advice("input.fields.amount > 500", when_unreadable=said) == []
    assert advice("has(input.fields.amount) && input.fields.amount > 5", when_unreadable=said) == []


@pytest.mark.parametrize(
    ("when", "doubt"),
    [
        ("prediction.label == 5", "label is text, a number is needed"),
        ("!(prediction.confidence == '0.9')", "confidence is a number, text is needed"),
        ("input.fields.amount == [500]", "it compares lists or maps"),
        ("{'a': input.fields.amount} == {'a': 500}", "it compares lists or maps"),
        ("service.name in [1, 2]", "name is text, a number is needed"),
    ],
)
def test_a_rule_that_no_prediction_can_be_judged_by_is_named(when: str, doubt: str) -> None:
    (line,) = advice(when)
    assert line.startswith(f"no prediction can be judged by it, so all of them are looked at: {doubt};")


def test_saying_the_default_does_not_change_a_policys_version() -> None:
    def version(**changes: str) -> str:
        return policy_of(tier_text("first", when='"input.has_image"', **changes)).version

    assert version(when_unreadable='"review"') == version()
    assert version(when_unreadable='"pass"') != version()


def policy_of(first: str) -> Policy:
    return load_policy(policy_text(tiers=first + ANYTHING, teams=TEAM), "policy.toml")


@pytest.mark.parametrize("name", ["deploy/policy.example.toml", "bot/starter/policy.toml"])
def test_our_own_policies_need_no_advice(name: str) -> None:
    found = check(load_policy((ROOT / name).read_text(), name))
    assert [finding.line(name) for finding in found if finding.key.endswith(".when")] == []


def test_the_rule_in_the_readme_needs_no_advice() -> None:
    readme = (ROOT / "README.md").read_text()
    rule = readme.split('when = "')[1].split('"')[0]
    assert advice(rule) == []


def test_a_list_of_adjudicators_with_nobody_in_it_is_named() -> None:
    alone = tier_text("standard", audit="0.1", adjudicators="[]")
    (found,) = check(load_policy(policy_text(tiers=alone, teams=TEAM), "policy.toml"))
    assert found.key == "tasks.returns.tiers.standard.adjudicators"
    assert "nobody is in the list" in found.problem
