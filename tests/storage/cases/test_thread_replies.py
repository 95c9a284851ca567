"""One question at a time for each person and case, and which answer a reply gave."""

from dataclasses import replace

from routing.slack_channel import ChannelId
from storage.cases import thread_replies
from storage.cases.thread_replies import ReplyAnswer, ReplyQuestion
from storage.engine.database import Database
from tests.storage.examples import ANNA, BEN, HOUR, NOW, prediction, store

QUESTION = ReplyQuestion("case_1", ANNA, ChannelId("", "C1"), "5.1", "maybe fraud", NOW)


def test_a_person_is_asked_one_thing_about_a_case_until_that_is_settled(database: Database) -> None:
    later = replace(QUESTION, ts="5.2", words="or not")
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2)])
        assert thread_replies.ask(tx, QUESTION)
        assert not thread_replies.ask(tx, later)
        assert thread_replies.ask(tx, replace(QUESTION, expert=BEN))
        assert thread_replies.ask(tx, replace(QUESTION, case_id="case_2"))
        assert thread_replies.question_of(tx, "case_1", ANNA) == QUESTION

        thread_replies.settle(tx, "case_1", ANNA)

        assert thread_replies.question_of(tx, "case_1", ANNA) is None
        assert thread_replies.question_of(tx, "case_1", BEN) is not None
        assert thread_replies.ask(tx, later)
        thread_replies.ask_instead(tx, QUESTION)
        assert thread_replies.question_of(tx, "case_1", ANNA) == QUESTION


def test_a_reply_is_known_by_the_answer_it_gave_last(database: Database) -> None:
    first = ReplyAnswer("case_1", ANNA, "1.1", "label_1")
    last = replace(first, label_id="label_2")
    with database.write() as tx:
        store(tx, [prediction(1)])
        thread_replies.remember_answer(tx, ChannelId("", "C1"), "5.1", first, NOW)
        thread_replies.remember_answer(tx, ChannelId("", "C1"), "5.1", last, NOW + HOUR)

        assert thread_replies.answer_of(tx, ChannelId("", "C1"), "5.1") == last
        assert thread_replies.answer_of(tx, ChannelId("", "C2"), "5.1") is None


def test_old_questions_and_answers_are_forgotten_and_new_ones_of_the_same_case_stay(
    database: Database,
) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        for expert, asked_at in ((ANNA, NOW), (BEN, NOW + HOUR)):
            thread_replies.ask(tx, replace(QUESTION, expert=expert, asked_at=asked_at))
            given = ReplyAnswer("case_1", expert, "1.1", "label_1")
            thread_replies.remember_answer(tx, ChannelId("", "C1"), expert.user_id, given, asked_at)

        assert thread_replies.forget_questions(tx, NOW + HOUR) == 1
        assert thread_replies.forget_answers(tx, NOW + HOUR) == 1

        assert thread_replies.question_of(tx, "case_1", BEN) is not None
        assert thread_replies.answer_of(tx, ChannelId("", "C1"), BEN.user_id) is not None
