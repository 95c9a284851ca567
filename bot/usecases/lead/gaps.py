"""The disagreements that were marked, for a lead: where the guideline is silent, or both answers will do."""

from dataclasses import dataclass

from bot.usecases.context import Context
from bot.usecases.lead.access import LeadRefusal, is_member
from routing.evidence.marked_cases import MarkedCase
from routing.label import ExpertId
from routing.slack_channel import ChannelId
from storage.delivery import projections
from storage.evidence import marked_cases

_NO_TEAM = (
    "You are not known as a member of the channel of a team that has a digest. Ask your lead to be added."
)


@dataclass(frozen=True, slots=True)
class ListedMark:
    """A marked case, with the channel and `ts` of its message if it has one."""

    case: MarkedCase
    channel_id: ChannelId | None
    ts: str


@dataclass(frozen=True, slots=True)
class MarkedPage:
    """A page of the marked cases, which begins behind the first `skipped` of `total`."""

    cases: tuple[ListedMark, ...]
    total: int
    skipped: int


def page_of(ctx: Context, expert: ExpertId, limit: int, page: int) -> MarkedPage | LeadRefusal:
    """The marked cases of all teams whose lead the person is, the newest first; a page of `limit`."""
    with ctx.database.read() as tx:
        teams = [team for team in ctx.policy.teams.values() if is_member(ctx, tx, team, expert)]
        if not teams:
            return LeadRefusal(_NO_TEAM)
        tasks = {task for team in teams for task in team.tasks}
        total = marked_cases.count(tx, tasks)
        skipped = limit * min(page, max(0, total - 1) // limit)  # a page may be gone by now
        cases = marked_cases.listed(tx, tasks, limit, skipped)
        messages = projections.of_cases(tx, [case.case_id for case in cases])
    rows = []
    for case in cases:
        shown = next((message for message in messages.get(case.case_id, ()) if message.ts), None)
        rows.append(ListedMark(case, shown.channel_id if shown else None, (shown and shown.ts) or ""))
    return MarkedPage(tuple(rows), total, skipped)
