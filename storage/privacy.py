"""Every column that holds what a case contains, what a person wrote, or who somebody is.

Whoever erases, seals, exports or keeps content goes by this list; a test holds each new column to it.
"""

from collections.abc import Mapping
from enum import StrEnum


class Content(StrEnum):
    """What kind of content a column holds.

    `case`: what a service sent in a case. `words`: what a person wrote. `copy`: a message, callback or digest
    with parts of both. `echo`: an error that may repeat what another program wrote of a case.
    `measure`: made of cases, with values of their fields. `person`: what Slack tells of a person.
    """

    CASE = "case"
    WORDS = "words"
    COPY = "copy"
    ECHO = "echo"
    MEASURE = "measure"
    PERSON = "person"


COLUMNS: Mapping[str, Mapping[str, Content]] = {
    "predictions": {
        "external_id": Content.CASE,
        "body_digest": Content.CASE,  # of a short body it could be guessed back
        "input": Content.CASE,
        "evidence": Content.CASE,
        "slices": Content.CASE,
        "scores": Content.CASE,
        "group_key": Content.CASE,  # of a group's name or a short input it could be guessed back
        "callback_url": Content.CASE,
    },
    "images": {"content": Content.CASE},
    "labels": {"rationale": Content.WORDS},
    "abstentions": {"note": Content.WORDS},
    "contests": {"reason": Content.WORDS},
    "reply_questions": {"words": Content.WORDS},
    "outbox": {"payload": Content.COPY, "last_error": Content.ECHO, "dead_reason": Content.ECHO},
    "receipts": {"body_digest": Content.CASE, "answer": Content.COPY},
    "digests": {"document": Content.COPY},
    "alarms": {"payload": Content.MEASURE},
    "profiles": {"profile": Content.MEASURE},
    "certificates": {"cell": Content.MEASURE},
    "skills": {"slice": Content.MEASURE},
    "experts": {"name": Content.PERSON, "timezone": Content.PERSON},
}
"""By table and column."""


def content_of(table: str) -> Mapping[str, Content]:
    """The table's columns with content; none for a table that holds only ids, codes and numbers."""
    return COLUMNS.get(table, {})
