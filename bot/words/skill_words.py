"""How often experts are right, in words: to themselves, and to leads, who see no order of merit."""

from collections.abc import Iterator, Sequence

from bot.words.numbers import counted
from routing.evidence.estimate import FEWEST, between
from routing.evidence.expertise import SkillEstimate
from storage.measured.skills import StoredSkill

FOOTNOTE = (
    "In the order of the alphabet. Right is what others settled, too; what the model says has no part in it. "
    "Where ranges overlap nobody is better or worse. Everybody sees their own on the Home tab."
)
_ASSIGNED = {True: "they were asked about by name", False: "they chose themselves"}


def own_skill_sentences(question: str, skills: Sequence[StoredSkill]) -> Iterator[str]:
    """What a person reads of themselves on a task, once there is enough."""
    for skill in skills:
        estimate = skill.estimate
        if estimate.slice or estimate.n < FEWEST:
            continue
        of = "you were asked about by name" if skill.is_assigned else "you chose yourself"
        yield (
            f"{question} Of {counted(estimate.n, 'case')} that {of} and others settled, too, you were right "
            f"in {estimate.right} ({_range(estimate)})."
        )


def lead_skill_line(name: str, skills: Sequence[StoredSkill]) -> str:
    """What a lead reads of a person on a task."""
    parts = [_part(skill) for skill in skills if not skill.estimate.slice]
    parts += [
        f"{skill.estimate.slice.replace('=', ' ')}: {_range(skill.estimate)}"
        for skill in skills
        if skill.estimate.slice and skill.is_assigned
    ]
    return f"{name}: {'; '.join(parts)}."


def _part(skill: StoredSkill) -> str:
    estimate, of = skill.estimate, _ASSIGNED[skill.is_assigned]
    if estimate.n < FEWEST:
        return f"too few to tell of what {of} ({counted(estimate.n, 'answer')})"
    return f"right {_range(estimate)} of what {of} ({counted(estimate.n, 'answer')})"


def _range(estimate: SkillEstimate) -> str:
    return between(estimate.low, estimate.high, 0)
