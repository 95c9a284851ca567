"""Thread replies: what a person is asked about them, at most once at a time, and which answer each gave."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from routing.label import ExpertId
from routing.slack_channel import ChannelId
from storage.engine.database import Transaction
from storage.engine.deletion import forget
from storage.sql.upserts import Row, add_once, insert
from storage.tables import reply_answers, reply_questions


@dataclass(frozen=True, slots=True)
class ReplyQuestion:
    """A question about a reply that waits for its writer; `words` are the whole reply, readable."""

    case_id: str
    expert: ExpertId
    channel_id: ChannelId
    ts: str
    words: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class ReplyAnswer:
    """A reply that gave an answer: the label's id, and the thread it stands in."""

    case_id: str
    expert: ExpertId
    thread_ts: str
    label_id: str


def ask(tx: Transaction, question: ReplyQuestion) -> bool:
    """Note the question; False when a question about this case waits for this person already."""
    return add_once(tx, reply_questions, _row(question))


def ask_instead(tx: Transaction, question: ReplyQuestion) -> None:
    """Note the question in place of any that waits."""
    settle(tx, question.case_id, question.expert)
    ask(tx, question)


def question_of(tx: Transaction, case_id: str, expert: ExpertId) -> ReplyQuestion | None:
    """The question about the case that waits for the person."""
    row = tx.execute(sa.select(reply_questions).where(_waits(case_id, expert))).one_or_none()
    if row is None:
        return None
    return ReplyQuestion(case_id, expert, row.channel_id, row.ts, row.words, row.asked_at)


def settle(tx: Transaction, case_id: str, expert: ExpertId) -> None:
    """The person has answered the question, or the case: they may be asked again."""
    tx.execute(sa.delete(reply_questions).where(_waits(case_id, expert)))


def forget_questions(tx: Transaction, before: datetime) -> int:
    """Drop a portion of the questions asked before a moment; how many."""
    return forget(tx, reply_questions.c.row_id, reply_questions.c.asked_at, before)


def remember_answer(
    tx: Transaction, channel_id: ChannelId, ts: str, answered: ReplyAnswer, now: datetime
) -> None:
    """Note which label a reply gave; after an edit that is its latest."""
    row: Row = {
        "channel_id": channel_id,
        "ts": ts,
        "thread_ts": answered.thread_ts,
        "case_id": answered.case_id,
        "team_id": answered.expert.team_id,
        "user_id": answered.expert.user_id,
        "label_id": answered.label_id,
        "given_at": now,
    }
    new = insert(tx, reply_answers).values(row)
    latest = {"label_id": answered.label_id, "given_at": now}
    tx.execute(new.on_conflict_do_update(index_elements=["channel_id", "ts"], set_=latest))


def answer_of(tx: Transaction, channel_id: ChannelId, ts: str) -> ReplyAnswer | None:
    """What the reply gave; None if it gave no answer, or that is forgotten."""
    is_it = (reply_answers.c.channel_id == channel_id) & (reply_answers.c.ts == ts)
    row = tx.execute(sa.select(reply_answers).where(is_it)).one_or_none()
    if row is None:
        return None
    return ReplyAnswer(row.case_id, ExpertId(row.team_id, row.user_id), row.thread_ts, row.label_id)


def forget_answers(tx: Transaction, before: datetime) -> int:
    """Drop a portion of what replies gave before a moment; how many."""
    return forget(tx, reply_answers.c.row_id, reply_answers.c.given_at, before)


def _row(question: ReplyQuestion) -> Row:
    return {
        "case_id": question.case_id,
        "team_id": question.expert.team_id,
        "user_id": question.expert.user_id,
        "channel_id": question.channel_id,
        "ts": question.ts,
        "words": question.words,
        "asked_at": question.asked_at,
    }


def _waits(case_id: str, expert: ExpertId) -> sa.ColumnElement[bool]:
    table = reply_questions.c
    return (table.case_id == case_id) & (table.team_id == expert.team_id) & (table.user_id == expert.user_id)
