"""Everything an expert can do with a case; each function is one transaction and returns an Outcome."""

from bot.usecases.answering import Answer, answer
from bot.usecases.asking import keep, reply_deleted, withdraw_question, words_asked_about
from bot.usecases.handing import HandOver, abstain, escalate_now, hand_over, reassign, snooze
from bot.usecases.outcome import Outcome
from bot.usecases.replying import ThreadReply, message_deleted, thread_reply
from bot.usecases.sitting import Act
from bot.usecases.undoing import undo

__all__ = [
    "Act",
    "Answer",
    "HandOver",
    "Outcome",
    "ThreadReply",
    "abstain",
    "answer",
    "escalate_now",
    "hand_over",
    "keep",
    "message_deleted",
    "reassign",
    "reply_deleted",
    "snooze",
    "thread_reply",
    "undo",
    "withdraw_question",
    "words_asked_about",
]
