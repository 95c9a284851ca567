"""Answers as columns of labels and decisions, there and back."""

from typing import Any

from routing.answer import Answer
from storage.sql.upserts import Row


def answer_columns(answer: Answer) -> Row:
    """The columns of an answer."""
    return {"answer": answer.content, "key": answer.key}


def answer_of(row: Any) -> Answer:
    """The answer of a row; earlier versions only asked for a choice, whose answers are their keys."""
    return Answer(row.label, row.label) if row.key is None else Answer(row.key, row.answer)
