"""Clicks on the buttons of a pause, translated into what a lead or the paused person wants."""

from functools import partial

from bot.slack.blocks.control_ids import unpacked
from bot.slack.blocks.text import text_in
from bot.slack.hear.interactions import Desk, log
from bot.slack.hear.payloads import Click
from bot.slack.show.private_answers import say
from bot.usecases.lead import pauses
from bot.usecases.lead.access import LeadRefusal
from bot.usecases.lead.pauses import PauseAct
from routing.case.pause import Pause, PauseState

_DONE = {
    PauseState.RUNNING: "Done: they are told kindly, and how to object. Your channel has a button to end it.",
    PauseState.DECLINED: "Nothing changes. It is not proposed again for four weeks.",
    PauseState.ENDED: "Done: they are told, and asked again.",
}
_PROTESTED = "Your leads are asked to look again. Thank you for saying so."


def _take(state: PauseState, desk: Desk, click: Click) -> None:
    outcome = pauses.move(desk.ctx, act_of(click), state)
    _report(desk, click, outcome, _DONE[state])


take_pause = partial(_take, PauseState.RUNNING)
"""*Pause for now*."""
take_refusal = partial(_take, PauseState.DECLINED)
"""*Not now*."""
take_end = partial(_take, PauseState.ENDED)
"""*End the pause*."""


def take_protest(desk: Desk, click: Click) -> None:
    """*I see it otherwise*."""
    _report(desk, click, pauses.protest(desk.ctx, act_of(click)), _PROTESTED)


def act_of(click: Click) -> PauseAct:
    """Who presses a button about which pause; what is malformed names none."""
    return PauseAct(text_in(unpacked(click.value).get("pause")), click.expert)


def _report(desk: Desk, click: Click, outcome: Pause | LeadRefusal, done: str) -> None:
    person, name = click.expert.user_id, type(outcome).__name__
    log.info("slack.pause_click", action=click.action_id, person=person, outcome=name)
    desk.wake()
    desk.tell(click, say(outcome.reason if isinstance(outcome, LeadRefusal) else done))
