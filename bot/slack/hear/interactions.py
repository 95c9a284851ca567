"""Where clicks are taken: acknowledges after the commit, answers privately afterwards, logs a line each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

import structlog
from slack_bolt import Ack

from bot.log import Seldom
from bot.slack.api.failures import OverLimits, SlackFailure, SlackPermanent
from bot.slack.api.gateway import SlackGateway
from bot.slack.blocks.builders import with_line
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.hear.payloads import Click, WindowSubmission, click_of, submitted_of
from bot.slack.hear.private_messages import tell_privately
from bot.slack.show.private_answers import NOT_OPENED, NOT_SAVED, receipt, say, words
from bot.usecases.context import Context
from bot.usecases.review.outcome import Outcome
from bot.usecases.review.screen import Screen
from routing.evidence.plan import Replayed
from routing.label import ExpertId
from routing.policy import Policy
from storage.errors import DatabaseUnavailable

Listener = Callable[..., None]
Replaying = Callable[[Policy, str], Replayed]
"""What a policy would have done with a task's predictions; raises BotError. Measures stay behind it."""
ACK_TAKES_SECONDS = 0.5
"""Until Slack has put up the window that an ack carries: what follows must not be overtaken by it."""
ACK_TAKES_AT_MOST_SECONDS = 3.0
"""After that Slack takes no ack (its documentation of handling interactions)."""
LINE_EVERY = 1.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Desk:
    """What every listener needs.

    `aftermath` runs what may happen after the ack; `wake` wakes the senders; `replay` takes seconds. `line`
    lets a line a second through of a database that does not answer.
    """

    world: Context
    gateway: SlackGateway
    aftermath: Executor
    wake: Callable[[], None]
    replay: Replaying
    line: Seldom = field(default_factory=lambda: Seldom(LINE_EVERY))

    @property
    def ctx(self) -> Context:
        """The world as it is now: an act goes by one policy from its beginning to its end."""
        return self.world.snapshot()

    def later(self, act: Callable[..., object], *arguments: Any) -> None:
        """Run `act` after the ack; if Slack refuses it, that is logged: nobody waits for it."""
        self.aftermath.submit(self._quietly, act, *arguments)

    def after_ack(self, act: Callable[..., object], *arguments: Any) -> None:
        """Run `act` when Slack has surely put up the window that the ack carries."""
        self.later(_patiently, ACK_TAKES_SECONDS, act, *arguments)

    def after_late_ack(self, act: Callable[..., object], *arguments: Any) -> None:
        """Run `act` when no ack can come any more: a late ack has put up its window over ours."""
        self.later(_patiently, ACK_TAKES_AT_MOST_SECONDS, act, *arguments)

    def _quietly(self, act: Callable[..., object], *arguments: Any) -> None:
        try:
            act(*arguments)
        except DatabaseUnavailable as error:
            if self.line.is_due():
                log.warning("slack.not_read", act=getattr(act, "__name__", str(act)), error=str(error))
        except (SlackFailure, OverLimits) as error:
            log.warning("slack.aftermath_failed", act=getattr(act, "__name__", str(act)), error=str(error))
        except Exception:  # the outermost act of a thread: nobody asks for its result
            log.exception("slack.aftermath_failed", act=getattr(act, "__name__", str(act)))

    def tell(self, click: Click, message: Message | None) -> None:
        """Answer whoever clicked, privately, after the ack."""
        channel_id, thread_ts = click.screen.channel_id, click.screen.thread_ts or None
        # By the response URL where there is one: it works in channels that the bot is not a member of.
        if message is not None and click.response_url:
            self.later(tell_privately, self.gateway.respond, click.response_url, message, thread_ts)
        elif message is not None and channel_id:
            person = click.expert.user_id
            self.later(tell_privately, self.gateway.ephemeral, channel_id, person, message, thread_ts)

    def settle(self, screen: Screen, expert: ExpertId, message: Message | None) -> None:
        """Put the answer in the place of the private question that was answered, after the ack.

        Slack lets a private message be changed for 30 minutes; after that the answer comes beside it.
        """
        self.later(self._settle, screen, expert, message)

    def _settle(self, screen: Screen, expert: ExpertId, message: Message | None) -> None:
        try:
            tell_privately(self.gateway.replace, screen.response_url, message)
        except SlackPermanent:
            if message is not None and screen.channel_id:
                place, person, thread_ts = screen.channel_id, expert.user_id, screen.thread_ts or None
                tell_privately(self.gateway.ephemeral, place, person, message, thread_ts)

    def words(self, outcome: Outcome) -> Message | None:
        """The private answer to an outcome."""
        return words(self.ctx, outcome)

    def receipt(self, outcome: Outcome) -> Message | None:
        """What takes a private question's place where an outcome needs no words."""
        return receipt(self.ctx, outcome)

    def report(self, click: Click, outcome: Outcome) -> None:
        """Log what came of a click, tell the person what the message does not show, and wake the senders."""
        log.info(
            "slack.click",
            case=click.screen.case_id,
            action=click.action_id,
            person=click.expert.user_id,
            outcome=type(outcome).__name__,
        )
        # After the commit, which `take` has done: a sender that is woken before would find nothing.
        self.wake()
        message = self.words(outcome)
        if click.screen.response_url:
            self.settle(click.screen, click.expert, message or self.receipt(outcome))
        else:
            self.tell(click, message)


def _patiently(seconds: float, act: Callable[..., object], *arguments: Any) -> None:
    threading.Event().wait(seconds)
    act(*arguments)


def on_click(desk: Desk, take: Callable[[Desk, Click], None]) -> Listener:
    """A listener for a control: one short transaction, then the ack; trouble is answered politely."""

    def listener(ack: Ack, body: JsonObject) -> None:
        # To tell who somebody is may need the database; to tell them that it is away must not.
        click = click_of(body, desk.ctx.home.without_records)
        try:
            take(desk, click_of(body, desk.ctx.home))
        except DatabaseUnavailable as error:
            if desk.line.is_due():
                log.warning("slack.click_not_saved", case=click.screen.case_id, error=str(error))
            _tell_not_saved(desk, click, body)
        except (SlackFailure, OverLimits) as error:
            log.warning("slack.window_not_opened", case=click.screen.case_id, error=str(error))
            desk.tell(click, say(NOT_OPENED))
        ack()  # even if nothing was saved: Slack sends no click again, it only shows a warning of its own

    return listener


Refusals = dict[str, str]
"""Sentences by the id of the field they belong under."""


@dataclass(frozen=True, slots=True)
class NextView:
    """The window that takes the place of the submitted window."""

    view: JsonObject


def _tell_not_saved(desk: Desk, click: Click, body: JsonObject) -> None:
    """At once, where it was pressed: a click's ack has no words (Slack, Handling user interaction)."""
    if click.view_id and body["view"].get("type") == "modal":
        desk.later(desk.gateway.update_view, click.view_id, with_line(body["view"], NOT_SAVED))
    else:
        desk.tell(click, say(NOT_SAVED))


def _window_not_saved(submitted: WindowSubmission, body: JsonObject) -> Refusals | NextView:
    """Under a field what was typed stays; a window without fields says it in a line of its own."""
    first = next(iter(submitted.fields), None)
    return NextView(with_line(body["view"], NOT_SAVED)) if first is None else {first: NOT_SAVED}


def on_submit(desk: Desk, take: Callable[[Desk, WindowSubmission], Refusals | NextView]) -> Listener:
    """A listener for a submitted window: closes it after the commit, or shows what is wrong in its fields."""

    def listener(ack: Ack, body: JsonObject) -> None:
        submitted = submitted_of(body, desk.ctx.home.without_records)
        try:
            answer = take(desk, submitted_of(body, desk.ctx.home))
        except DatabaseUnavailable as error:
            if desk.line.is_due():
                log.warning("slack.window_not_saved", case=submitted.screen.case_id, error=str(error))
            answer = _window_not_saved(submitted, body)
        if isinstance(answer, NextView):
            ack(response_action="update", view=answer.view)
        elif answer:
            ack(response_action="errors", errors=answer)
        else:
            ack()

    return listener
