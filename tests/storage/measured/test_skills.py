"""What was measured last of experts' answers takes the place of what was measured before."""

from dataclasses import replace

from routing.evidence.expertise import SkillEstimate
from routing.label import ExpertId
from storage.engine.database import Database
from storage.measured import skills
from storage.measured.skills import StoredSkill
from tests.storage.examples import ANNA, BEN, HOUR, NOW


def skill(expert: ExpertId, task: str = "fraud", slice_: str = "", right: int = 9) -> StoredSkill:
    estimate = SkillEstimate(expert.user_id, slice_, right, 10, 0.9, 0.7, 0.99)
    return StoredSkill(task, expert, True, estimate)


def test_a_task_is_replaced_as_a_whole_and_others_stay(database: Database) -> None:
    chosen = replace(skill(ANNA), is_assigned=False)
    with database.write() as tx:
        skills.replace(tx, "fraud", [skill(ANNA), chosen, skill(BEN)], NOW)
        skills.replace(tx, "spam", [skill(ANNA, "spam", "country=DE")], NOW)
        assert skills.of_tasks(tx, ["fraud"]) == (skill(ANNA), chosen, skill(BEN))
        skills.replace(tx, "fraud", [skill(ANNA, right=8)], NOW + HOUR)
        assert skills.of_tasks(tx, ["fraud", "spam"]) == (
            skill(ANNA, right=8),
            skill(ANNA, "spam", "country=DE"),
        )
        assert skills.of_expert(tx, ANNA) == skills.of_tasks(tx, ["fraud", "spam"])
        skills.replace(tx, "fraud", [], NOW + HOUR)
        assert skills.of_expert(tx, BEN) == ()
