"""What came of something an expert did: values that the edge puts into words."""

from dataclasses import dataclass
from datetime import datetime

from routing.case.case import Case
from routing.label import ExpertId, Label
from routing.slack_channel import ChannelId


@dataclass(frozen=True, slots=True)
class ReplyPlace:
    """A reply in a thread: where private answers to it belong. `is_deleted`: its writer took it away."""

    channel_id: ChannelId
    thread_ts: str
    ts: str
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """It is stored. `label` is the answer, None where the act was none; `note` is a sentence to show then.

    `is_news`: something changed; False where only the note is to be shown.
    """

    case: Case
    label: Label | None = None
    note: str = ""
    is_news: bool = True


@dataclass(frozen=True, slots=True)
class AlreadyDecided:
    """Too late: the case was decided or closed, or is asked of others by name; nothing was recorded."""

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
class RepeatedAct:
    """The same act came a second time; the first counts."""

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
class Snooze:
    """Reminders in the thread and to whoever snoozed wait until then."""

    case: Case
    until_at: datetime


@dataclass(frozen=True, slots=True)
class MeaningQuestion:
    """A thread reply that may be meant as an answer; `note` is what was written, `reply` where it stands."""

    case: Case
    note: str
    reply: ReplyPlace | None = None


@dataclass(frozen=True, slots=True)
class InDoubt:
    """A person may not stand by their answer `label` any more, by a reply that they wrote or deleted.

    `named` are the other labels that the reply names; `has_undo`: the answer can still be taken back.
    """

    case: Case
    expert: ExpertId
    label: str
    note: str
    named: tuple[str, ...]
    has_undo: bool
    reply: ReplyPlace


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The person stands by their answer; nothing changed."""

    case: Case
    label: str


@dataclass(frozen=True, slots=True)
class Dismissal:
    """There is nothing to act on. `reason` is a sentence for the person, `why` a word for the record."""

    reason: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """Not meant for the bot."""


Outcome = (
    RecordedAct
    | AlreadyDecided
    | NotAllowed
    | RationaleNeeded
    | RepeatedAct
    | UndoTooLate
    | NothingToUndo
    | Snooze
    | MeaningQuestion
    | InDoubt
    | KeptAnswer
    | Dismissal
    | Silence
)
