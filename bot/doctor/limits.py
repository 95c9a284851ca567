"""Whether Slack takes the message of a full case of each task: asked of Slack, or of our own validator."""

from datetime import datetime, timedelta

from slack_sdk import WebClient

from bot.doctor.finding import CheckFinding, fail, ok, warn
from bot.slack.api.failures import SlackFailure, SlackPermanent
from bot.slack.api.web_calls import call
from bot.slack.limits import message_violations
from bot.slack.show.case_message import case_message
from routing.case.case import Case
from routing.policy import Policy, Task, Tier
from routing.prediction import CaseInput, Evidence, ModelRef, Prediction, Submission
from routing.routing import Disposition, Routing

UNKNOWN_METHOD = frozenset({"unknown_method", "not_allowed_token_type", "method_deprecated"})
LONG_TEXT = "An input as long as one can be posted, with *marks*, <links> and & signs. " * 200
REPORT = "Shorten the question, labels and names of this task; if they are short, report a defect."


def check_limits(client: WebClient | None, policy: Policy, now: datetime) -> tuple[CheckFinding, ...]:
    """A finding for each task; without a client only our own validator is asked."""
    return tuple(_task(client, task, now) for task in policy.tasks.values())


def _task(client: WebClient | None, task: Task, now: datetime) -> CheckFinding:
    tier = task.tiers[0]
    message = case_message(sample_case(task, tier, now), task, tier, now, {}).payload()
    name = f"message {task.name}"
    violations = message_violations(message)
    if violations:
        return fail(name, f"It breaks a limit of Slack: {violations[0]}.", REPORT)
    if client is None:
        return ok(name, "a full case is inside the limits we know")
    try:
        call("blocks.validate", client.blocks_validate, blocks=message["blocks"])
    except SlackFailure as failure:
        return _not_validated(name, failure)
    return ok(name, "Slack takes a full case")


def _not_validated(name: str, failure: SlackFailure) -> CheckFinding:
    if not isinstance(failure, SlackPermanent):
        return warn(name, f"Slack did not answer: {failure}", "Try again in a minute.")
    if failure.code in UNKNOWN_METHOD:
        return ok(name, "a full case is inside the limits we know (Slack does not check for us)")
    return fail(name, f"Slack refuses the blocks ({failure.code}): {failure.mend}", REPORT)


def sample_case(task: Task, tier: Tier, now: datetime) -> Case:
    """A case that fills everything a service can fill."""
    even = 1 / len(task.label_names)
    first = task.label_names[0]
    submission = Submission(
        service="doctor",
        external_id="doctor " * 28,
        task=task.name,
        input=CaseInput(
            text=LONG_TEXT,
            fields={f"field {number}": "value " * 20 for number in range(50)},
            link="https://example.com/",
        ),
        prediction=Prediction(
            first, even, ModelRef("model", "version"), dict.fromkeys(task.label_names, even)
        ),
        occurred_at=now - timedelta(days=1),
        evidence=tuple(Evidence(f"Evidence {number}", "why " * 100) for number in range(20)),
        slices={f"slice {number} {'name ' * 18}": "value " * 33 for number in range(20)},
        recommended_action="Do this. " * 500,
        intent="For that. " * 500,
        group="g" * 200,
    )
    return Case(
        case_id="case_doctor",
        submission=submission,
        routing=Routing(
            disposition=Disposition.REVIEW,
            tier=tier.name,
            channel=tier.channel,
            quorum=tier.quorum,
            due_in=tier.due_in,
            inclusion_probability=1.0,
            is_audit=False,
            reasons=("the doctor asks",),
        ),
        policy_version="doctor",
        opened_at=now,
        due_at=now + timedelta(hours=1),
    )
