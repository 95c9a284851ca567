"""Clicks on messages and windows, translated into what an expert wants."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.slack.blocks import control_ids
from bot.slack.blocks.control_ids import Menu
from bot.slack.blocks.message import JsonObject
from bot.slack.blocks.screens import screen_in
from bot.slack.hear.digest_clicks import (
    take_ask_audits,
    take_check_slice,
    take_mute,
    take_open_cases,
    take_release_slice,
    take_review_threshold,
)
from bot.slack.hear.interactions import Desk
from bot.slack.hear.list_clicks import take_list_page
from bot.slack.hear.pause_clicks import take_end, take_pause, take_protest, take_refusal
from bot.slack.hear.payloads import Click
from bot.slack.show.private_answers import say
from bot.slack.show.read_windows import input_view, why_view
from bot.slack.show.review_windows import (
    Draft,
    abstain_view,
    contest_view,
    escalate_view,
    hand_over_view,
    label_chosen,
    label_view,
    reassign_view,
    snooze_view,
)
from bot.usecases.review import case_view
from bot.usecases.review.access import Act
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.case_view import WindowCase
from bot.usecases.review.contest import look_to_contest
from bot.usecases.review.hand_over import decline
from bot.usecases.review.outcome import Outcome, RationaleNeeded
from bot.usecases.review.reply_questions import keep, words_asked_about
from bot.usecases.review.screen import Screen
from bot.usecases.review.undo import undo
from routing.label import Via

View = Callable[[WindowCase, Screen], JsonObject]
_OUTDATED = "This control is out of date. Nothing was recorded; please use the case's newest message."


def take_answer(desk: Desk, click: Click) -> None:
    """A label's button or the select: recorded at once, or asked for its reason in a window."""
    clicked = ExpertAnswer(click.act, click.label, Via.BUTTON, rationale=_words(desk, click))
    settle_answer(desk, click, answer(desk.ctx, clicked))


def settle_answer(desk: Desk, click: Click, outcome: Outcome, *, is_correction: bool = False) -> None:
    """Open the window for the reason that an answer still needs, or report what came of it."""
    if isinstance(outcome, RationaleNeeded):
        _open_label(desk, click, Draft(outcome.label, _words(desk, click), is_correction))
    else:
        desk.report(click, outcome)


def _words(desk: Desk, click: Click) -> str | None:
    """What the person wrote before a private question: all of it while the question waits."""
    # A button's value holds 2,000 characters: of a longer reply only the waiting question has the whole.
    is_about_reply = click.block_kind == control_ids.QUESTION and (
        click.screen.reply_ts or click.action_id == control_ids.CHOOSE
    )
    whole = words_asked_about(desk.ctx, click.act, click.screen.reply_ts) if is_about_reply else ""
    return whole or click.note or None


def take_change(desk: Desk, click: Click) -> None:
    """*Change to …*, *Change…*: another answer for an answer that its writer does not stand by."""
    if not click.label:
        _open_label(desk, click, Draft(rationale=_words(desk, click), is_correction=True))
        return
    words = _words(desk, click)
    correction = ExpertAnswer(click.act, click.label, Via.BUTTON, rationale=words, is_correction=True)
    settle_answer(desk, click, answer(desk.ctx, correction), is_correction=True)


def take_label(desk: Desk, click: Click) -> None:
    """The *Answer with a reason…* button; in the window that it opens, another choice of a label."""
    if click.block_kind == control_ids.LABEL:
        _follow_choice(desk, click)
    else:
        _open_label(desk, click, Draft(rationale=_words(desk, click)))


def _follow_choice(desk: Desk, click: Click) -> None:
    act = Act(screen_in(click.view_metadata), click.expert, click.key)
    seen, view = case_view.read(desk.ctx, act), click.view
    changed = None
    if isinstance(seen, WindowCase) and isinstance(view.get("blocks"), list):
        changed = label_chosen(view, seen.case, seen.task, click.value)
    if changed is not None:
        # After the ack: nobody waits for it, and a slow answer of Slack's would make the select look broken.
        desk.later(desk.gateway.update_view, click.view_id, changed)


def _open_label(desk: Desk, click: Click, draft: Draft) -> None:
    look = case_view.look_to_correct if draft.is_correction else case_view.look
    seen = look(desk.ctx, click.act)
    shown_at = desk.ctx.clock.now()

    def view(seen: WindowCase, screen: Screen) -> JsonObject:
        settling = replace(draft, settles=seen.settles, mark=seen.mark)
        return label_view(seen.case, seen.task, replace(screen, shown_at=shown_at), settling)

    _show(desk, click, seen, view)


def _opening(view: View) -> Callable[[Desk, Click], None]:
    """Opens a window about the clicked case for somebody who may answer it; else says why not."""
    return lambda desk, click: _show(desk, click, case_view.look(desk.ctx, click.act), view)


def _read(desk: Desk, click: Click, view: View) -> None:
    """Open a window that only shows, for everybody who sees the message."""
    _show(desk, click, case_view.read(desk.ctx, click.act), view)


def _show(desk: Desk, click: Click, seen: WindowCase | Outcome, view: View) -> None:
    if isinstance(seen, WindowCase):
        # Before the ack, in the listener: Slack takes the trigger for three seconds, and only once.
        desk.gateway.open_view(click.trigger_id, view(seen, click.screen))
    else:
        desk.report(click, seen)


def take_contest(desk: Desk, click: Click) -> None:
    """*Object…*: the window for what somebody has against the decision."""

    def view(seen: WindowCase, screen: Screen) -> JsonObject:
        case = seen.case
        return contest_view(case, seen.task, case.decisions[-1], screen, seen.is_decisive)

    _show(desk, click, look_to_contest(desk.ctx, click.act), view)


def take_show_all(desk: Desk, click: Click) -> None:
    """*Show all*: the whole input in a window."""
    _read(desk, click, lambda seen, screen: input_view(seen.case, seen.task, 0, screen))


def take_page(desk: Desk, click: Click) -> None:
    """Another page of the window that shows the whole input."""
    screen = screen_in(click.view_metadata)
    number = int(click.action_id.rpartition(":")[2][:6])  # cut: Python refuses to read endless digits
    seen = case_view.read(desk.ctx, Act(screen, click.expert, click.key))
    if isinstance(seen, WindowCase):
        desk.gateway.update_view(click.view_id, input_view(seen.case, seen.task, number, screen))


def take_nothing(desk: Desk, click: Click) -> None:
    """A button that only opens a link: Slack wants an ack, nothing more."""


_MENU: Mapping[str, Callable[[Desk, Click], None]] = {
    Menu.LABEL: take_label,
    Menu.CORRECT: lambda desk, click: _open_label(desk, click, Draft(is_correction=True)),
    Menu.CONTEST: take_contest,
    Menu.SHOW_ALL: take_show_all,
    Menu.ABSTAIN: _opening(lambda seen, screen: abstain_view(seen.case, seen.task, screen)),
    Menu.ESCALATE: _opening(lambda seen, screen: escalate_view(seen.case, seen.task, screen)),
    Menu.DECLINE: lambda desk, click: desk.report(click, decline(desk.ctx, click.act)),
    Menu.REASSIGN: _opening(lambda _, screen: reassign_view(screen)),
    Menu.SNOOZE: _opening(lambda _, screen: snooze_view(screen)),
    Menu.HAND_OVER: _opening(lambda _, screen: hand_over_view(screen)),
    Menu.WHY: lambda desk, click: _read(
        desk, click, lambda seen, screen: why_view(seen.case, seen.task, seen.tier, screen)
    ),
}


def take_menu(desk: Desk, click: Click) -> None:
    """An entry of the overflow menu."""
    if take := _MENU.get(click.value):
        take(desk, click)
    else:
        desk.tell(click, say(_OUTDATED))


CLICKS: Mapping[str | re.Pattern[str], Callable[[Desk, Click], None]] = {
    control_ids.ANSWER: take_answer,
    control_ids.CHOOSE: take_answer,
    control_ids.LABEL: take_label,
    control_ids.MORE: take_menu,
    control_ids.SHOW_ALL: take_show_all,
    control_ids.UNDO: lambda desk, click: desk.report(click, undo(desk.ctx, click.act)),
    control_ids.CHANGE: take_change,
    control_ids.KEEP: lambda desk, click: desk.report(click, keep(desk.ctx, click.act)),
    control_ids.PAGE: take_page,
    control_ids.LIST_PAGE: take_list_page,
    control_ids.OPEN_LINK: take_nothing,
    control_ids.REVIEW_THRESHOLD: take_review_threshold,
    control_ids.OPEN_CASES: take_open_cases,
    control_ids.ASK_AUDITS: take_ask_audits,
    control_ids.CHECK_SLICE: take_check_slice,
    control_ids.RELEASE_SLICE: take_release_slice,
    control_ids.MUTE: take_mute,
    control_ids.PAUSE_NOW: take_pause,
    control_ids.PAUSE_NOT: take_refusal,
    control_ids.PAUSE_END: take_end,
    control_ids.PAUSE_PROTEST: take_protest,
}
"""What each control does, by its action id."""
