"""Every kind of failure leads to the right next step."""

from datetime import timedelta

import pytest

from bot.delivery.sender.durations import Tempo
from bot.delivery.sender.verdicts import Verdict, described, judge
from bot.slack.api.gateway import OverLimits, SlackPermanent, SlackRetryable, SlackUnknownOutcome
from bot.slack.api.refusals import Breadth, refusal

SECOND = timedelta(seconds=1)


def verdict(error: Exception, failures: int = 1, speed: float = 1.0) -> Verdict:
    return judge(error, failures, Tempo(speed=speed), lambda: 0.0)


def test_a_429_waits_as_long_as_slack_asks_and_pauses_the_channel() -> None:
    found = verdict(SlackRetryable("ratelimited", 7 * SECOND))
    assert (found.retry_in, found.pause_for, found.is_certain) == (7 * SECOND, 7 * SECOND, True)


def test_real_waits_are_stretched_for_an_accelerated_clock() -> None:
    assert verdict(SlackRetryable("ratelimited", 7 * SECOND), speed=60).retry_in == 420 * SECOND


def test_an_outage_is_never_given_up() -> None:
    found = verdict(SlackRetryable("connection_refused"), failures=100_000)
    assert found.retry_in == 10 * SECOND


def test_an_unknown_outcome_stays_unknown_and_gives_slack_time() -> None:
    found = verdict(SlackUnknownOutcome("TimeoutError"))
    assert (found.is_certain, found.retry_in) == (False, 3 * SECOND)


def test_a_refused_token_is_waited_for() -> None:
    assert verdict(SlackPermanent("token_revoked", "Install again."), failures=10_000).retry_in is not None


def test_a_refused_call_that_a_person_has_to_mend_is_given_up_with_its_code_and_mend() -> None:
    found = verdict(SlackPermanent("user_not_found", "Check the id."))
    assert found.retry_in is None
    assert "(user_not_found)" in found.reason
    assert "Check the id." in found.reason


def test_what_a_repair_lets_through_waits_for_it() -> None:
    found = verdict(SlackPermanent("not_in_channel", "Invite the bot."), failures=10_000)
    assert (found.reach, found.is_certain) == (Breadth.CHANNEL, True)
    assert found.retry_in is not None


def test_a_look_up_that_is_refused_leaves_the_attempt_open() -> None:
    found = verdict(SlackPermanent("missing_scope", "Add it.", "conversations.history"))
    assert (found.reach, found.is_certain) == (Breadth.MESSAGE, False)


def test_an_unknown_code_is_given_up_with_slacks_documentation() -> None:
    error = SlackPermanent("a_code_of_next_year", refusal("a_code_of_next_year", "chat.postMessage").mend)
    assert verdict(error).retry_in is None
    assert "documentation of chat.postMessage" in verdict(error).reason


def test_what_hangs_on_a_lost_message_is_tried_until_that_is_there_again() -> None:
    error = SlackPermanent("thread_not_found", "It is posted anew.")
    assert verdict(error, failures=7).retry_in is not None
    assert verdict(error, failures=8).retry_in is None


@pytest.mark.parametrize("error", [OverLimits("blocks/1"), KeyError("secret input")])
def test_poison_is_tried_a_few_times(error: Exception) -> None:
    assert verdict(error, failures=7).retry_in is not None
    assert verdict(error, failures=8).retry_in is None


def test_the_errors_of_others_are_described_without_what_they_were_about() -> None:
    with pytest.raises(KeyError) as caught:
        dict[str, str]()["secret input"]
    words = described(caught.value)
    assert "KeyError" in words
    assert "secret input" not in words
