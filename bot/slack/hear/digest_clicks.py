"""Clicks on the buttons of a digest, translated into what a lead wants."""

from bot.slack.api.permalinks import address_of
from bot.slack.blocks.builders import actions, button, mrkdwn, section
from bot.slack.blocks.control_ids import unpacked
from bot.slack.blocks.message import Message
from bot.slack.blocks.text import escape, moment
from bot.slack.hear.interactions import Desk, log
from bot.slack.hear.payloads import Click
from bot.slack.show.digest_windows import cases_view, threshold_view
from bot.slack.show.private_answers import say
from bot.usecases.lead import look_closer, more_audits, mute, slice_audits
from bot.usecases.lead.access import LeadAct, LeadRefusal
from bot.usecases.lead.look_closer import CaseList
from bot.usecases.lead.more_audits import AuditRequest
from bot.usecases.lead.slice_audits import SliceRelease, SliceRequest
from bot.words.slice_words import slice_place


def act_of(click: Click) -> LeadAct:
    """Who presses a button beside which sentence of which digest; what is malformed names no digest."""
    values = unpacked(click.value)
    key, number = values.get("digest"), values.get("number")
    # A button's value comes back from Slack, perhaps from a digest of an earlier version: it may be anything.
    if isinstance(key, str) and isinstance(number, int):
        return LeadAct(key, number, click.expert)
    return LeadAct("", 0, click.expert)


def take_mute(desk: Desk, click: Click) -> None:
    """*Mute for 4 weeks*."""
    outcome = mute.mute(desk.ctx, act_of(click))
    _log(click, outcome)
    if isinstance(outcome, LeadRefusal):
        desk.tell(click, say(outcome.reason))
        return
    team = escape(outcome.team, 100)
    words = f"Muted until {moment(outcome.until_at)}: the digests of {team} do not begin with it."
    desk.tell(click, Message(words, (section(mrkdwn(words)),)))


def take_ask_audits(desk: Desk, click: Click) -> None:
    """*Check more now…*."""
    outcome = more_audits.ask(desk.ctx, act_of(click))
    _log(click, outcome)
    desk.tell(click, say(outcome.reason) if isinstance(outcome, LeadRefusal) else _receipt(outcome))


def _receipt(asked: AuditRequest) -> Message:
    first = "" if asked.is_new else "This was asked for already. "
    words = (
        f"{first}Until {moment(asked.until_at)}, {asked.share:.1%} of what goes through by itself in "
        f"{escape(asked.task, 100)}, tier {escape(asked.tier, 100)} is checked at random (the policy says "
        f"{asked.before:.1%}): about {asked.more} more cases a week, if as much comes in as in the last one "
        f"({asked.accepted:,})."
    )
    return Message(words, (section(mrkdwn(words)),))


def take_check_slice(desk: Desk, click: Click) -> None:
    """*Check more of it*: one click, since the answer holds the way back."""
    outcome = slice_audits.ask(desk.ctx, act_of(click))
    _log(click, outcome)
    desk.tell(click, say(outcome.reason) if isinstance(outcome, LeadRefusal) else _checked(outcome, click))


def _checked(asked: SliceRequest, click: Click) -> Message:
    first = "" if asked.is_new else "This was asked for already. "
    where = escape(slice_place(asked.name, asked.value), 200)
    words = (
        f"{first}Until {moment(asked.until_at)} more of what goes through by itself is checked at random "
        f"where {where}: {asked.share:.1%} of it or less, about "
        f"{asked.more} more cases a week, if as much comes in as in the last one."
    )
    number = click.action_id.rpartition(":")[2]
    back = button(f"release_slice:{number}", "Take it back", click.value)
    return Message(words, (section(mrkdwn(words)), actions(f"checked~{number}", back)))


def take_release_slice(desk: Desk, click: Click) -> None:
    """*Take it back*."""
    outcome = slice_audits.end(desk.ctx, act_of(click))
    _log(click, outcome)
    desk.tell(click, say(outcome.reason) if isinstance(outcome, LeadRefusal) else _released(outcome))


def _released(ended: SliceRelease) -> Message:
    where = escape(slice_place(ended.name, ended.value), 200)
    if ended.is_new:
        words = f"Taken back. Where {where}, as much is checked as the policy says."
    else:
        words = f"Nothing was changed: where {where}, no more is checked than the policy says."
    return Message(words, (section(mrkdwn(words)),))


def take_review_threshold(desk: Desk, click: Click) -> None:
    """*Look at it…*: opens a window that shows what could be set, and changes nothing."""
    outcome = look_closer.threshold(desk.ctx, act_of(click))
    _log(click, outcome)
    if isinstance(outcome, LeadRefusal):
        desk.tell(click, say(outcome.reason))
    else:
        desk.gateway.open_view(click.trigger_id, threshold_view(outcome))


def take_open_cases(desk: Desk, click: Click) -> None:
    """*See the cases…*: opens a window at once, and puts in the links when Slack has answered with them."""
    outcome = look_closer.cases(desk.ctx, act_of(click))
    _log(click, outcome)
    if isinstance(outcome, LeadRefusal):
        desk.tell(click, say(outcome.reason))
        return
    view_id = desk.gateway.open_view(click.trigger_id, cases_view(outcome, {}))
    if any(case.ts for case in outcome.cases):
        desk.later(_link, desk, view_id, outcome)


def _link(desk: Desk, view_id: str, listed: CaseList) -> None:
    addresses = {
        case.outline.case_id: url
        for case in listed.cases
        if (url := address_of(desk.gateway, case.channel_id, case.ts))
    }
    if addresses:
        desk.gateway.update_view(view_id, cases_view(listed, addresses))


def _log(click: Click, outcome: object) -> None:
    person, name = click.expert.user_id, type(outcome).__name__
    log.info("slack.digest_click", action=click.action_id, person=person, outcome=name)
