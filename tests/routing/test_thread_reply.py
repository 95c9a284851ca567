"""What a reply in a case's thread means; a wrong label is never recorded."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from routing.policy import LabelSpec, Task
from routing.reply_text import read
from routing.thread_reply import Doubt, LabelReply, Own, Talk, interpret
from tests.routing.making import task
from tests.routing.replies import EXAMPLES, FRAUD, IDS, NAMES, Example

REASON_WITHIN_MINUTES = 10
PLAIN = task()


def of(*labels: str, titles: tuple[str, ...] = ()) -> Task:
    """A task with these labels, as the policy's own check would not always let them stand."""
    names = (*titles, *(None for _ in labels[len(titles) :]))
    specs = [
        LabelSpec(name=name, title=title, description="d", example="e")
        for name, title in zip(labels, names, strict=True)
    ]
    return PLAIN.model_copy(update={"labels": tuple(specs)})


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_a_reply_means_what_its_writer_meant(example: Example) -> None:
    own = Own(example.own, example.minutes <= REASON_WITHIN_MINUTES) if example.own else None

    assert interpret(example.text, of(*example.labels), own, NAMES) == example.meaning


def test_there_are_enough_examples_of_replies() -> None:
    assert len({(one.labels, one.text, one.own) for one in EXAMPLES}) >= 200
