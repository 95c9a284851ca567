"""How far a task's experts agree is measured over all of them, and on what they differ is named."""

import pytest

from bot.usecases.digest.expert_agreement import task_agreements
from routing.evidence.agreement import Difference
from routing.policy import Policy, load_policy
from tests.worlds.policies import EXAMPLES


@pytest.fixture
def policy() -> Policy:
    return load_policy(EXAMPLES, "policy.toml")


def pairs(first: str, second: str, cases: range) -> list[tuple[str, str, str]]:
    return [(f"case_{n}", person, label) for n in cases for person, label in (("a", first), ("b", second))]


def test_agreement_and_what_experts_differ_on_are_of_the_task(policy: Policy) -> None:
    answers = [
        *pairs("fraud", "fraud", range(20)),
        *pairs("ok", "ok", range(20, 32)),
        *pairs("ok", "fraud", range(32, 40)),
    ]
    (row,) = task_agreements(policy, {"fraud": answers})
    assert (row.task, row.report.cases, row.report.answers, row.report.experts) == ("fraud", 40, 80, 2)
    assert row.report.percent.value == pytest.approx(0.8)
    assert row.differences == (Difference("fraud", "ok", 8),)


def test_a_label_that_left_the_policy_is_an_answer_all_the_same(policy: Policy) -> None:
    (row,) = task_agreements(policy, {"fraud": pairs("ok", "spoof", range(3))})
    assert row.differences == (Difference("ok", "spoof", 3),)


def test_where_nobody_shared_a_case_nothing_is_told(policy: Policy) -> None:
    assert list(task_agreements(policy, {"fraud": []})) == []
