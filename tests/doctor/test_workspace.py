"""The doctor finds channels, groups and people that are not as the policy has them."""

import dataclasses

import pytest
from slack_sdk import WebClient

from bot.doctor.finding import CheckFinding, CheckStatus
from bot.doctor.workspace import check_channels, check_groups, check_people, check_quorums
from bot.sandbox import Sandbox, SandboxConfig, SlackFault
from bot.slack.api.web_calls import slack_client
from tests.doctor.policies import policy
from tests.patience import PATIENCE


def statuses(findings: tuple[CheckFinding, ...]) -> list[CheckStatus]:
    return [finding.status for finding in findings]


def client_of(sandbox: Sandbox) -> WebClient:
    return slack_client(sandbox.config.bot_token, sandbox.api_url, timeout=PATIENCE)


def test_channels_with_the_bot_in_them_are_fine(client: WebClient) -> None:
    findings = check_channels(client, policy())
    assert statuses(findings) == [CheckStatus.OK, CheckStatus.OK]
    assert "#digits-experts" in findings[0].what


def test_a_channel_without_the_bot_says_how_to_invite_it() -> None:
    config = SandboxConfig.default()
    channels = tuple(
        dataclasses.replace(channel, has_bot=channel.id != "C0DIGITS") for channel in config.channels
    )
    with Sandbox(dataclasses.replace(config, channels=channels)) as sandbox:
        outside, inside = check_channels(client_of(sandbox), policy())
    assert (outside.status, inside.status) == (CheckStatus.FAIL, CheckStatus.OK)
    assert "/invite @Second Look" in outside.mend


def test_a_channel_that_is_not_there_is_named(client: WebClient) -> None:
    finding = check_channels(client, policy('"C0DIGITS"', '"C0NOWHERE"'))[0]
    assert finding.status is CheckStatus.FAIL
    assert "channel_not_found of C0NOWHERE" in finding.what


def test_an_archived_channel_cannot_be_used(slack: Sandbox, client: WebClient) -> None:
    slack.state.conversations["C0DIGITS"].is_archived = True
    finding = check_channels(client, policy())[0]
    assert finding.status is CheckStatus.FAIL
    assert "Unarchive" in finding.mend


def test_a_missing_scope_is_told_with_the_scope(slack: Sandbox, client: WebClient) -> None:
    slack.faults.add(SlackFault("missing_scope", scope="channels:read"))
    slack.faults.add(SlackFault("missing_scope", scope="groups:read"))
    finding = check_channels(client, policy())[0]
    assert "missing_scope" in finding.what
    assert "channels:read" in finding.mend


def test_a_slack_that_does_not_answer_is_not_called_a_missing_channel(
    slack: Sandbox, client: WebClient
) -> None:
    slack.faults.add(SlackFault("down"))
    finding = check_channels(client, policy())[0]
    assert finding.status is CheckStatus.FAIL
    assert "Try again" in finding.mend


def test_a_user_group_is_counted(client: WebClient) -> None:
    (finding,) = check_groups(client, policy())
    assert (finding.status, finding.what) == (CheckStatus.OK, "3 members")


def test_an_unknown_user_group_is_named(client: WebClient) -> None:
    (finding,) = check_groups(client, policy('"S0DIGITS"', '"S0NOBODY"'))
    assert finding.status is CheckStatus.FAIL
    assert "S0NOBODY" in finding.what


def test_an_empty_user_group_is_worth_a_look() -> None:
    config = SandboxConfig.default()
    groups = tuple(dataclasses.replace(group, members=()) for group in config.user_groups)
    with Sandbox(dataclasses.replace(config, user_groups=groups)) as sandbox:
        (finding,) = check_groups(client_of(sandbox), policy())
    assert finding.status is CheckStatus.WARN


def test_people_who_are_active_are_one_line(client: WebClient) -> None:
    (finding,) = check_people(client, policy())
    assert finding.what == "all 3 whom the policy names are active"


@pytest.mark.parametrize(
    ("user", "status", "words"),
    [
        ("U0NOBODY", CheckStatus.FAIL, "user_not_found"),
        ("U0SECONDLOOK", CheckStatus.FAIL, "is a bot"),
    ],
)
def test_a_person_who_cannot_answer_is_named(
    client: WebClient, user: str, status: CheckStatus, words: str
) -> None:
    (finding,) = check_people(client, policy('"U0MAYA"', f'"{user}"'))
    assert (finding.name, finding.status) == (f"person {user}", status)
    assert words in finding.what


def test_a_person_who_has_left_is_worth_a_look() -> None:
    config = SandboxConfig.default()
    people = tuple(dataclasses.replace(person, deleted=person.id == "U0MAYA") for person in config.people)
    with Sandbox(dataclasses.replace(config, people=people)) as sandbox:
        (finding,) = check_people(client_of(sandbox), policy())
    assert finding.status is CheckStatus.WARN
    assert "deactivated" in finding.what


def test_a_policy_that_names_nobody_asks_nobody(client: WebClient) -> None:
    nobody = policy('experts = { user_group = "S0DIGITS", people = ["U0MAYA"] }\nadjudicators = ["U0SAM"]\n')
    bare = nobody.model_copy(update={"tasks": {}})
    assert check_people(client, bare) == ()
    assert check_groups(client, nobody) == ()


def test_a_bot_that_the_policy_names_is_worth_a_look() -> None:
    config = SandboxConfig.default()
    people = tuple(dataclasses.replace(user, is_bot=user.id == "U0PRIYA") for user in config.people)
    with Sandbox(dataclasses.replace(config, people=people)) as slack:
        client = slack_client(slack.config.bot_token, slack.api_url, timeout=PATIENCE)
        (finding,) = check_people(client, policy('"U0MAYA"', '"U0PRIYA"'))
    assert finding.status is CheckStatus.WARN
    assert "is a bot; it may answer" in finding.what


def test_fewer_people_than_answers_are_told(client: WebClient) -> None:
    experts = 'experts = { user_group = "S0DIGITS", people = ["U0MAYA"] }'
    assert check_quorums(client, policy()) == ()
    assert check_quorums(client, policy(experts, "quorum = 2")) == ()
    (finding,) = check_quorums(client, policy(experts, "quorum = 20"))
    assert (finding.name, finding.status) == ("answers digits (standard)", CheckStatus.FAIL)
    assert "A case needs 20 answers, and" in finding.what
    certain = "certainty = 0.9\nanswers_at_most = 20"
    (finding,) = check_quorums(client, policy(experts, certain))
    assert finding.status is CheckStatus.WARN
    assert "Up to 20 answers are asked, and" in finding.what
