"""What came of something an expert did: values that the edge puts into words."""

from dataclasses import dataclass
from datetime import datetime

from routing.case import Case
from routing.label import Label


@dataclass(frozen=True, slots=True)
class Recorded:
    """It is stored. `label` is the answer, None where the act was none; `note` is a sentence to say then."""

    case: Case
    label: Label | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class AlreadyDecided:
    """Too late: the case was decided or closed before; nothing was recorded."""

    case: Case


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The person may not do this; nothing was recorded but the attempt. `reason` is a sentence for them."""

    reason: str


@dataclass(frozen=True, slots=True)
class RationaleNeeded:
    """This answer needs a reason first; nothing was recorded."""

    case: Case
    label: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """The same act came a second time; the first one counts."""

    case: Case


@dataclass(frozen=True, slots=True)
class UndoTooLate:
    """The time for Undo is over; a correction is still possible."""

    case: Case


@dataclass(frozen=True, slots=True)
class NothingToUndo:
    """This person has no answer to take back."""

    case: Case


@dataclass(frozen=True, slots=True)
class Snoozed:
    """Reminders in the thread and to the one who snoozed wait until then."""

    case: Case
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Unclear:
    """A thread reply that may be meant as an answer; `note` is what was written."""

    case: Case
    note: str


@dataclass(frozen=True, slots=True)
class Gone:
    """There is nothing to act on. `reason` is a sentence for the person, `why` a word for the record."""

    reason: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Not meant for the bot."""


Outcome = (
    Recorded
    | AlreadyDecided
    | NotAllowed
    | RationaleNeeded
    | Repeated
    | UndoTooLate
    | NothingToUndo
    | Snoozed
    | Unclear
    | Gone
    | Ignored
)
