"""The doctor shows Slack the fullest message of each task before an expert sees one."""

from datetime import UTC, datetime

from slack_sdk import WebClient

from bot.doctor.finding import CheckStatus
from bot.doctor.limits import check_limits
from bot.sandbox import Sandbox, SlackFault
from tests.doctor.policies import policy

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MANY = [f'{{ name = "{"x" * 70}{number:03}", description = "d", example = "e" }}' for number in range(100)]
TWO = """    { name = "0", description = "zero", example = "a ring" },
    { name = "1", description = "one", example = "a stroke" },
"""


def test_slack_takes_a_full_case(slack: Sandbox, client: WebClient) -> None:
    (finding,) = check_limits(client, policy(), NOON)
    assert (finding.name, finding.status, finding.what) == (
        "message digits",
        CheckStatus.OK,
        "Slack takes a full case",
    )
    assert all(not conversation.messages for conversation in slack.state.conversations.values())


def test_a_hundred_long_labels_fit_too(client: WebClient) -> None:
    (finding,) = check_limits(client, policy(TWO, ",\n".join(MANY)), NOON)
    assert finding.status is CheckStatus.OK


def test_without_slack_our_own_validator_is_asked() -> None:
    (finding,) = check_limits(None, policy(), NOON)
    assert finding.status is CheckStatus.OK
    assert "we know" in finding.what


def test_a_slack_without_the_method_is_no_fault(slack: Sandbox, client: WebClient) -> None:
    slack.faults.add(SlackFault("error", method="blocks.validate", error="unknown_method"))
    (finding,) = check_limits(client, policy(), NOON)
    assert finding.status is CheckStatus.OK
    assert "Slack does not check" in finding.what


def test_a_refusal_by_slack_is_told(slack: Sandbox, client: WebClient) -> None:
    slack.faults.add(SlackFault("error", method="blocks.validate", error="invalid_blocks"))
    (finding,) = check_limits(client, policy(), NOON)
    assert finding.status is CheckStatus.FAIL
    assert "invalid_blocks" in finding.what


def test_no_answer_is_worth_a_second_try(slack: Sandbox, client: WebClient) -> None:
    slack.faults.add(SlackFault("down"))
    (finding,) = check_limits(client, policy(), NOON)
    assert finding.status is CheckStatus.WARN
