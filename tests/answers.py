"""Answers to a choice, for tests that need no task of a policy."""

from routing.answer import Answer
from routing.questions.choice import Choice

CHOICE = Choice(())


def chosen(label: str) -> Answer:
    """That label."""
    return CHOICE.answer(label)
