"""Opens a case for a prediction that was sent to review, with its deadlines."""

from datetime import datetime

from routing.case.case import Case
from routing.case.hours import add_working
from routing.case.schedule import expires_at, first_step_at
from routing.policy import Task
from routing.prediction import Submission
from routing.routing import Routing


def open_case(
    case_id: str,
    submission: Submission,
    routing: Routing,
    task: Task,
    policy_version: str,
    opened_at: datetime,
    consensus_version: str | None = None,
) -> Case:
    """A case for a prediction that was sent to review; its deadlines count the task's working time."""
    tier = task.tier(routing.tier)
    return Case(
        case_id=case_id,
        submission=submission,
        routing=routing,
        policy_version=policy_version,
        opened_at=opened_at,
        due_at=add_working(task.hours, opened_at, routing.due_in),
        expires_at=expires_at(tier, task.hours, opened_at),
        next_step_at=first_step_at(tier, task.hours, opened_at),
        consensus_version=consensus_version,
    )
