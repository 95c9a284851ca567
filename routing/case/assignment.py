"""Who is asked next about a case, by name: whoever was asked least today, of these by a keyed draw."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from routing.case.case import Case
from routing.label import ExpertId
from routing.triage.sampling import draw


@dataclass(frozen=True, slots=True)
class AskableExpert:
    """Somebody who may answer; `asked_at` are the moments of their latest asks, at least of their day.

    Their day is that of their time `zone`.
    """

    expert: ExpertId
    asked_at: tuple[datetime, ...] = ()
    zone: tzinfo = field(default=UTC)

    def asked_today(self, now: datetime) -> int:
        """How often they were asked on the day that is `now` where they are."""
        today = now.astimezone(self.zone).date()
        return sum(moment.astimezone(self.zone).date() == today for moment in self.asked_at)


@dataclass(frozen=True, slots=True)
class NextExpert:
    """Who is asked, and why they rather than another."""

    expert: ExpertId
    reason: str


@dataclass(frozen=True, slots=True)
class NobodyLeft:
    """Nobody can be asked, and why; `is_for_today`: somebody can on another day."""

    reason: str
    is_for_today: bool


def next_expert(
    case: Case,
    candidates: Iterable[AskableExpert],
    kept: Collection[str],
    asked: Collection[str],
    most: int,
    now: datetime,
    key: bytes,
) -> NextExpert | NobodyLeft:
    """Who of the `candidates` is asked next about the case: the same for the same values, in any order.

    Not who answered it, also if they took that back, could not tell, has it as theirs or was `asked` about it
    before; nor whoever is `kept` for settling a disagreement, by user ids as `asked`. Nobody is asked more
    than `most` times a day. Of those asked least today a draw under `key` decides, so that nobody is asked
    for a place in a list.
    """
    involved = {*kept, *asked, *_involved(case)}
    free = [candidate for candidate in candidates if candidate.expert.user_id not in involved]
    if not free:
        return NobodyLeft("nobody is left who may answer and has had nothing to do with it", False)
    counts = {candidate.expert: candidate.asked_today(now) for candidate in free}
    fewest = min(counts.values())
    if fewest >= most:
        return NobodyLeft(f"all {len(free)} who are left were asked {most} times today", True)
    least = [expert for expert, count in counts.items() if count == fewest]
    chosen = min(least, key=lambda expert: (draw(key, "ask", case.case_id, expert.user_id), expert))
    among = f"by draw among {len(least)}" if len(least) > 1 else "the only one"
    return NextExpert(chosen, f"asked {fewest} times today, the least of {len(free)}; {among}")


def _involved(case: Case) -> Iterable[str]:
    """Who has seen what was answered or predicted; a withdrawn answer was one."""
    yield from (label.expert.user_id for label in case.labels)
    yield from (abstention.expert.user_id for abstention in case.abstentions)
    if case.assigned_to is not None:
        yield case.assigned_to.user_id
