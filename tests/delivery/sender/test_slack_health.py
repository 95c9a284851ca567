"""One refusal of the token holds everybody; a message's own trouble holds nobody."""

from datetime import timedelta

import pytest

from bot.delivery.sender.slack_health import SlackHealth
from bot.slack.api.gateway import SlackPermanent, SlackRetryable, SlackUnknownOutcome


def test_a_refused_token_holds_all_calls_and_says_the_mend() -> None:
    health = SlackHealth(hold_seconds=60)
    assert health.refused(SlackPermanent("token_revoked", "Install the app again."))
    assert health.trouble == "token_revoked: Install the app again."
    assert 0 < health.held_for() <= 60


def test_a_success_frees_everybody() -> None:
    health = SlackHealth()
    health.refused(SlackPermanent("invalid_auth", "Set the token."))
    health.worked()
    assert (health.trouble, health.held_for()) == (None, 0.0)


def test_the_trouble_of_one_channel_is_not_everybodys() -> None:
    health = SlackHealth()
    assert not health.refused(SlackPermanent("channel_not_found", "Check the id."))
    assert (health.trouble, health.held_for()) == (None, 0.0)


@pytest.mark.parametrize("error", [SlackUnknownOutcome("http_503"), SlackRetryable("connection_refused")])
def test_silence_is_told_and_holds_nobody_until_slack_answers(error: Exception) -> None:
    health = SlackHealth()
    health.failed(error)
    assert health.trouble is not None
    assert health.trouble.startswith("Slack does not answer")
    assert health.held_for() == 0.0
    health.worked()
    assert health.trouble is None


@pytest.mark.parametrize(
    "answer",
    [SlackRetryable("ratelimited", timedelta(seconds=3)), SlackPermanent("is_archived", "Unarchive it.")],
)
def test_any_answer_ends_a_silence(answer: Exception) -> None:
    health = SlackHealth()
    health.failed(SlackUnknownOutcome("http_503"))
    health.failed(answer)
    assert health.trouble is None


def test_a_refused_token_is_told_rather_than_a_silence() -> None:
    health = SlackHealth()
    health.failed(SlackPermanent("token_revoked", "Install the app again."))
    health.failed(SlackUnknownOutcome("http_503"))
    assert health.trouble == "token_revoked: Install the app again."


def test_a_defect_of_ours_says_nothing_about_slack() -> None:
    health = SlackHealth()
    health.failed(SlackUnknownOutcome("http_503"))
    health.failed(ValueError())
    assert health.trouble is not None
