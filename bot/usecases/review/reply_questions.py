"""Asks a person about a thread reply, privately, never two questions at a time; takes the answers."""

from collections.abc import Mapping

from bot.usecases.context import Context
from bot.usecases.review.access import Act, Sitting, is_allowed, members_of, sit_down
from bot.usecases.review.outcome import (
    AlreadyDecided,
    Dismissal,
    InDoubt,
    KeptAnswer,
    MeaningQuestion,
    NothingToUndo,
    Outcome,
    RepeatedAct,
    ReplyPlace,
    Silence,
)
from bot.usecases.review.screen import Screen
from routing.case.case import can_undo, rounds_in_force
from routing.label import ExpertId
from routing.language.reply_text import mentioned, read
from routing.slack_channel import ChannelId
from storage import experts
from storage.cases import thread_replies
from storage.cases.thread_replies import ReplyQuestion
from storage.delivery import claimed_events

MOST_NAMES = 1_000
"""So many members of a channel are looked up at most to see whether a reply addresses any of them."""


def names_for(sitting: Sitting, text: str) -> Mapping[str, str]:
    """The names, by user id, of those whom a reply mentions or may address."""
    ctx = sitting.ctx
    teams = {ctx.team_id, sitting.act.expert.team_id}
    called = {ExpertId(team_id, user_id) for team_id in teams for user_id in mentioned(text)}
    others = members_of(sitting.tx, sitting.case, sitting.terms) - {sitting.act.expert}
    people = experts.get_many(sitting.tx, {*called, *sorted(others)[:MOST_NAMES]})
    return {expert.user_id: person.name for expert, person in people.items()}


def ask_what_is_meant(sitting: Sitting, place: ReplyPlace, text: str) -> Outcome:
    """Ask what a reply means, if its writer may answer and is not asked already."""
    if not sitting.case.is_waiting or not is_allowed(sitting, sitting.act.expert):
        return Silence()
    question = _question(sitting, place, text)
    is_asked = thread_replies.ask(sitting.tx, question)
    return MeaningQuestion(sitting.case, question.words, place) if is_asked else Silence()


def ask_whether_it_stands(
    sitting: Sitting, place: ReplyPlace, text: str, named: tuple[str, ...] = ()
) -> Outcome:
    """Ask whether the person's answer stands, unless they are asked already; a deleted reply asks anew."""
    expert = sitting.act.expert
    own = sitting.case.label_of(expert)
    if own is None or not sitting.case.takes_answer_of(expert):
        return AlreadyDecided(sitting.case) if own else Silence()
    question = _question(sitting, place, text)
    if place.is_deleted:
        thread_replies.ask_instead(sitting.tx, question)
    elif not thread_replies.ask(sitting.tx, question):
        return Silence()
    has_undo = can_undo(sitting.case, expert, sitting.now, sitting.ctx.policy.undo_for)
    return InDoubt(sitting.case, expert, own.label, question.words, named, has_undo, place)


def _question(sitting: Sitting, place: ReplyPlace, text: str) -> ReplyQuestion:
    words = read(text, names_for(sitting, text)).words
    act = sitting.act
    return ReplyQuestion(act.case_id, act.expert, place.channel_id, place.ts, words, sitting.now)


def reply_deleted(ctx: Context, channel_id: ChannelId, ts: str) -> Outcome:
    """A reply was deleted; if it holds its writer's answer, they are asked whether to take that back.

    Raises DatabaseUnavailable, with nothing recorded: Slack then sends the event again.
    """
    with ctx.database.write() as tx:
        answered = thread_replies.answer_of(tx, channel_id, ts)
        if answered is None:
            return Silence()
        key = f"deleted:{channel_id}:{ts}"
        screen = Screen(answered.case_id, channel_id=channel_id)
        sitting = sit_down(ctx, tx, Act(screen, answered.expert, key))
        if isinstance(sitting, Dismissal):
            return Silence()
        # Another answer since then does not rest on this reply.
        if answered.label_id not in {
            each.label_id for each in rounds_in_force(sitting.case, answered.expert)
        }:
            return Silence()
        if not claimed_events.claim(tx, key, sitting.now):
            return RepeatedAct(sitting.case)
        place = ReplyPlace(channel_id, answered.thread_ts, ts, is_deleted=True)
        return ask_whether_it_stands(sitting, place, "")


def keep(ctx: Context, act: Act) -> Outcome:
    """The person stands by their answer. Raises DatabaseUnavailable, with nothing recorded."""
    with ctx.database.write() as tx:
        sitting = sit_down(ctx, tx, act)
        if isinstance(sitting, Dismissal):
            return sitting
        thread_replies.settle(tx, act.case_id, act.expert)
        own = sitting.case.label_of(act.expert)
        return KeptAnswer(sitting.case, own.label) if own else NothingToUndo(sitting.case)


def words_asked_about(ctx: Context, act: Act, reply_ts: str = "") -> str:
    """The whole words of the reply that the person is asked about (at `reply_ts`, if named); else empty."""
    with ctx.database.read() as tx:
        question = thread_replies.question_of(tx, act.case_id, act.expert)
    return question.words if question and reply_ts in ("", question.ts) else ""


def withdraw_question(ctx: Context, case_id: str, expert: ExpertId, reply_ts: str) -> None:
    """The question could not be shown: it may be asked again."""
    with ctx.database.write() as tx:
        question = thread_replies.question_of(tx, case_id, expert)
        # Only this question: the person may have been asked about another reply meanwhile.
        if question is not None and question.ts == reply_ts:
            thread_replies.settle(tx, case_id, expert)
