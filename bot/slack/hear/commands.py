"""The slash command: next, queue, mine, digest, experts, gaps, replay, help."""

import difflib
from collections.abc import Callable, Mapping

import structlog
from slack_bolt import Ack

from bot.slack.api.failures import OverLimits, SlackFailure
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.hear.interactions import Desk, Listener
from bot.slack.hear.list_clicks import gaps_page, mine_page, next_case, queue_page
from bot.slack.hear.payloads import Command, command_of
from bot.slack.hear.private_messages import tell_privately
from bot.slack.show.private_answers import NOT_READ, NOT_SHOWN, help_message, say, unknown_message
from bot.slack.show.replay_windows import replay_view
from bot.slack.show.skill_list import skills_message
from bot.usecases.lead import digest_on_demand, expert_skills, propose
from bot.usecases.lead.access import LeadRefusal
from storage.errors import DatabaseUnavailable

log = structlog.get_logger()


def _next(desk: Desk, command: Command) -> Message:
    return next_case(desk, command.expert)


def _mine(desk: Desk, command: Command) -> Message:
    return mine_page(desk, command.expert)


def _queue(desk: Desk, command: Command) -> Message:
    return queue_page(desk, command.expert)


def _gaps(desk: Desk, command: Command) -> Message:
    return gaps_page(desk, command.expert)


def _digest(desk: Desk, command: Command) -> Message:
    outcome = digest_on_demand.ask(desk.ctx, command.expert, command.argument or None)
    if isinstance(outcome, LeadRefusal):
        return say(outcome.reason)
    desk.wake()
    return say(f"The last seven days of {outcome.team} are on their way to your direct messages.")


def _experts(desk: Desk, command: Command) -> Message:
    outcome = expert_skills.of_team(desk.ctx, command.expert, command.argument or None)
    return say(outcome.reason) if isinstance(outcome, LeadRefusal) else skills_message(outcome)


def _replay(desk: Desk, command: Command) -> Message | None:
    tiers = propose.tiers_led(desk.ctx, command.expert, command.argument or None)
    if isinstance(tiers, LeadRefusal):
        return say(tiers.reason)
    try:
        desk.gateway.open_view(command.trigger_id, replay_view(tiers))
    except (SlackFailure, OverLimits) as error:
        log.warning("slack.window_not_opened", word=command.word, error=str(error))
        return say(NOT_SHOWN)
    return None


def _help(_desk: Desk, _command: Command) -> Message:
    return help_message()


def _unknown(_desk: Desk, command: Command) -> Message:
    near = difflib.get_close_matches(command.word, list(WORDS), n=1)
    return unknown_message(command.word, near[0] if near else None)


WORDS: Mapping[str, Callable[[Desk, Command], Message | None]] = {
    "next": _next,
    "queue": _queue,
    "mine": _mine,
    "digest": _digest,
    "experts": _experts,
    "gaps": _gaps,
    "replay": _replay,
    "help": _help,
}
"""What each word after the command does."""


def _answer(desk: Desk, command: Command) -> None:
    try:
        message = WORDS.get(command.word, _unknown)(desk, command)
    except DatabaseUnavailable as error:
        _not_read(desk, command, error)
        message = say(NOT_READ)
    if message is not None:
        tell_privately(desk.gateway.respond, command.response_url, message)


def _not_read(desk: Desk, command: Command, error: DatabaseUnavailable) -> None:
    if desk.line.is_due():
        log.warning("slack.command_failed", word=command.word, error=str(error))


def on_command(desk: Desk) -> Listener:
    """A listener for the command: acknowledged at once, answered privately after."""

    def listener(ack: Ack, body: JsonObject) -> None:
        command = command_of(body, desk.ctx.home)
        log.info("slack.command", word=command.word, person=command.expert.user_id)
        try:
            desk.ctx.database.ping()  # that nothing can be read stands in the ack, which comes for sure
        except DatabaseUnavailable as error:
            _not_read(desk, command, error)
            ack(NOT_READ)
            return
        # Lists ask Slack for a link each, which takes longer than the three seconds of an ack.
        desk.later(_answer, desk, command)
        ack()

    return listener
