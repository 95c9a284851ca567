"""Audits that nobody answered in time: which of them a second person is asked, and with which chance."""

from collections.abc import Sequence
from dataclasses import dataclass

from routing.triage.sampling import draw

ALL_BELOW = 50
"""Up to so many unanswered cases all are asked again: every one that is not costs an alarm its power."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A case whose time is over; `is_drawn` to be asked again, with `chance`, fixed before the draw."""

    case_id: str
    chance: float
    is_drawn: bool


def follow_up_chance(unanswered: int) -> float:
    """The chance of being asked again for each of so many unanswered cases; log it before the draw.

    All while they are fewer than ALL_BELOW, then about so many of them (Hansen & Hurwitz 1946). Whoever then
    answers stands for 1/chance cases: in estimates as late labels of `routing.evidence.phases`, in
    certificates as checks with that chance (still silent: missed), in alarms by a weight.
    """
    return 1.0 if unanswered < ALL_BELOW else ALL_BELOW / unanswered


def follow_ups(key: bytes, case_ids: Sequence[str], unanswered: int) -> tuple[FollowUp, ...]:
    """The draw among cases whose time has just ended, while so many are `unanswered`, these among them.

    Store all of it, also who was not drawn: a case that is drawn for again at every look would be asked in
    the end whatever its chance.
    """
    chance = follow_up_chance(unanswered)
    return tuple(FollowUp(case_id, chance, draw(key, "follow-up", case_id) < chance) for case_id in case_ids)
