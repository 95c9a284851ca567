"""How often the experts of a team's tasks are right, for leads who have a channel of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from bot.usecases.context import Context
from bot.usecases.lead.access import LeadRefusal, is_member
from routing.label import ExpertId
from routing.policy import Task, Team
from storage import experts
from storage.leads import pauses
from storage.measured import skills
from storage.measured.skills import StoredSkill

_NOT_APART = (
    "How often people are right is told to themselves on the Home tab, and to leads who have a channel apart "
    "from the experts'. You are in no such channel, so nothing is shown."
)
_WHICH = "Name the team: {names}."


@dataclass(frozen=True, slots=True)
class PersonSkills:
    """What was measured of a person on a task."""

    name: str
    skills: tuple[StoredSkill, ...]
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class TaskSkills:
    """Those of a task of whom something was measured, by their names in the order of the alphabet."""

    task: Task
    people: tuple[PersonSkills, ...]


def is_apart(ctx: Context, team: Team) -> bool:
    """Whether the team's channel is another than those whose members answer its cases."""
    tiers = [tier for name in team.tasks for tier in ctx.policy.task(name).tiers]
    own = {source for tier in tiers for source in tier.experts.sources(ctx.policy.channel_id(tier.channel))}
    return f"channel:{ctx.policy.channel_id(team.channel)}" not in own


def of_team(ctx: Context, expert: ExpertId, name: str | None) -> tuple[TaskSkills, ...] | LeadRefusal:
    """Of the tasks of the team called `name`, or of the only team that the person leads."""
    with ctx.database.read() as tx:
        teams = {
            key: team
            for key, team in ctx.policy.teams.items()
            if is_member(ctx, tx, team, expert) and is_apart(ctx, team)
        }
        if not teams:
            return LeadRefusal(_NOT_APART)
        team = next(iter(teams.values())) if name is None and len(teams) == 1 else teams.get(name or "")
        if team is None:
            return LeadRefusal(_WHICH.format(names=", ".join(teams)))
        measured = skills.of_tasks(tx, team.tasks)
        people = experts.get_many(tx, {skill.expert for skill in measured})
        paused = {task: pauses.running(tx, task) for task in team.tasks}
    names = {expert: person.name for expert, person in people.items()}
    by_task = {task: tuple(rows) for task, rows in groupby(measured, key=attrgetter("task"))}
    return tuple(
        TaskSkills(ctx.policy.task(task), _people(by_task.get(task, ()), names, paused[task]))
        for task in team.tasks
    )


def _people(
    rows: tuple[StoredSkill, ...], names: Mapping[ExpertId, str], paused: frozenset[str]
) -> tuple[PersonSkills, ...]:
    by_person = {expert: tuple(own) for expert, own in groupby(rows, key=attrgetter("expert"))}
    people = [
        PersonSkills(names.get(expert, "Somebody"), own, expert.user_id in paused)
        for expert, own in by_person.items()
    ]
    # By name, and by nothing else: whoever stands first is not the best.
    return tuple(sorted(people, key=lambda person: person.name.casefold()))
