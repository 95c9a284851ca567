"""What a failed call means for the row behind it: when to try again, or to give up and say why."""

import traceback
from dataclasses import dataclass
from datetime import timedelta

from bot.delivery.sender.durations import Tempo
from bot.errors import BotError
from bot.outages.backoff import Jitter
from bot.slack.api.gateway import SlackPermanent, SlackRetryable, SlackUnknownOutcome
from bot.slack.api.refusals import LOOK_UPS, Breadth, Consequence


@dataclass(frozen=True, slots=True)
class Verdict:
    """`retry_in` (application's time) None: give up. `is_certain`: the call surely had no effect.

    `pause_for`: Slack asks to leave the channel alone that long. `reach` is what waits for a repair, if that
    is what is needed.
    """

    reason: str
    retry_in: timedelta | None
    is_certain: bool = True
    pause_for: timedelta | None = None
    reach: Breadth | None = None


def judge(error: Exception, failures: int, tempo: Tempo, jitter: Jitter) -> Verdict:
    """What to do after the failure number `failures` (from 1) of a row; what is mended was mended before."""
    # First, and without a back-off of ours: Slack itself says how long to wait.
    if isinstance(error, SlackRetryable) and error.retry_after is not None:
        pause = tempo.stretched(error.retry_after)
        return Verdict(str(error), pause, pause_for=pause)
    if isinstance(error, SlackRetryable):
        return Verdict(str(error), tempo.stretched(tempo.outage.wait(failures, jitter)))
    if isinstance(error, SlackUnknownOutcome):
        wait = max(tempo.outage.wait(failures, jitter), tempo.unknown_for)
        return Verdict(str(error), tempo.stretched(wait), is_certain=False)
    if isinstance(error, SlackPermanent):
        return _refused(error, failures, tempo, jitter)
    if tempo.poison.is_spent(failures):
        return Verdict(described(error), None)
    return Verdict(described(error), tempo.stretched(tempo.poison.wait(failures, jitter)))


def _refused(error: SlackPermanent, failures: int, tempo: Tempo, jitter: Jitter) -> Verdict:
    refusal = error.refusal
    if refusal.outcome is Consequence.HOLD:
        wait = tempo.hold_for if refusal.reach is Breadth.WORKSPACE else tempo.probe.wait(failures, jitter)
        # A refused search says nothing about the post that it was to find.
        is_certain = error.method not in LOOK_UPS
        return Verdict(str(error), tempo.stretched(wait), is_certain, reach=refusal.reach)
    has_tries = refusal.tries is None or failures < refusal.tries
    if refusal.outcome is Consequence.RETRY and has_tries:
        return Verdict(str(error), tempo.stretched(tempo.stubborn.wait(failures, jitter)))
    return Verdict(str(error), None)


def described(error: Exception) -> str:
    """An error without what it was about: the words of ours, of others only type and place."""
    if isinstance(error, BotError):
        return str(error)
    # Not the error's words: they may quote what a case contains, and this is stored and shown.
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}: a defect of Second Look; report it."
