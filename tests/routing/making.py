"""Values that the tests of the core start from."""

from datetime import timedelta
from typing import Any

from routing.case.case import Case
from routing.case.decision import Decision, Method
from routing.label import ExpertId, Label, Rationale, Via
from routing.policy import Policy, Task, Tier, load_policy
from routing.prediction import CaseInput, ModelRef, Prediction, Submission
from routing.routing import Disposition, Routing
from tests.answers import chosen
from tests.worlds.clocks import MONDAY

KEY = b"a key of the tests"
TEAM = "T0HOME"
LABELS = (("fraud", "It is stolen."), ("honest", "It is what it says."), ("unclear", "Nobody can tell."))


def policy_text(**changes: str) -> str:
    """A policy in which each part can be replaced: head, channels, services, hours, labels, tiers, teams."""
    labels = "".join(
        f'[[tasks.returns.labels]]\nname = "{name}"\ndescription = "{text}"\nexample = "Such as this."\n'
        for name, text in LABELS
    )
    parts = {
        "head": "",
        "channels": '[channels.desk]\nid = "C0000000001"\n[channels.leads]\nid = "C0000000002"\n',
        "services": '[services.shop]\ntasks = ["returns"]\nsecret_env = ["SHOP_SECRET"]\n',
        "task": '[tasks.returns]\nquestion = "Is this return honest?"\n',
        "hours": "",
        "labels": labels,
        "tiers": tier_text(),
        "teams": "",
    }
    return "\n".join({**parts, **changes}.values())


def tier_text(name: str = "standard", **changes: str) -> str:
    """One tier's table; values are TOML."""
    values = {"channel": '"desk"', "accept_above": "0.9", "due_in": '"4h"', **changes}
    lines = "".join(f"{key} = {value}\n" for key, value in values.items())
    return f'[[tasks.returns.tiers]]\nname = "{name}"\n{lines}'


def policy(**changes: str) -> Policy:
    """A loaded policy; see `policy_text`."""
    return load_policy(policy_text(**changes), "policy.toml")


def task(**changes: str) -> Task:
    """The task of such a policy."""
    return policy(**changes).task("returns")


def tier(**changes: str) -> Tier:
    """The only tier of such a task; values are TOML."""
    return task(tiers=tier_text(**changes)).tiers[0]


def prediction(label: str = "honest", confidence: float = 0.62, **probabilities: float) -> Prediction:
    """A prediction of the tests' model."""
    return Prediction(label, confidence, ModelRef("returns-net", "7"), probabilities or None)


def submission(**changes: Any) -> Submission:
    """A posted prediction about a parcel."""
    values: dict[str, Any] = {
        "service": "shop",
        "external_id": "order-1",
        "task": "returns",
        "input": CaseInput(text="The box came back empty."),
        "prediction": prediction(),
        "occurred_at": MONDAY,
    }
    return Submission(**{**values, **changes})


def expert(user_id: str = "U0AMA", team_id: str = TEAM) -> ExpertId:
    """A person of the home workspace."""
    return ExpertId(team_id, user_id)


def label(
    name: str,
    by: str = "U0AMA",
    round_: int = 1,
    after: int = 0,
    why: str | None = None,
    case_id: str = "case_1",
) -> Label:
    """An answer `after` minutes after the case was opened."""
    return Label(
        label_id=f"label_{by}_{round_}",
        case_id=case_id,
        expert=expert(by),
        round=round_,
        answer=chosen(name),
        labeled_at=MONDAY + timedelta(minutes=after),
        via=Via.BUTTON,
        screen_version=1,
        rationale=Rationale(why) if why else None,
    )


HOURS = '[tasks.returns.hours]\ntimezone = "UTC"\nstart = "09:00"\nend = "18:00"\n'


def routing(**changes: Any) -> Routing:
    """A review in the tier `standard`."""
    values: dict[str, Any] = {
        "disposition": Disposition.REVIEW,
        "tier": "standard",
        "channel": "desk",
        "quorum": 1,
        "due_in": timedelta(hours=4),
        "inclusion_probability": 1.0,
        "is_audit": False,
        "reasons": ("confidence 0.62 is below 0.90 (tier standard)",),
    }
    return Routing(**{**values, **changes})


def case(**changes: Any) -> Case:
    """An open case of the tier `standard`; what is a routing's own is changed there."""
    routed = {name: changes.pop(name) for name in Routing.__slots__ if name in changes}
    values: dict[str, Any] = {
        "case_id": "case_1",
        "submission": submission(),
        "routing": routing(**{"reasons": (), **routed}),
        "policy_version": "0123456789ab",
        "opened_at": MONDAY,
        "due_at": MONDAY + timedelta(hours=4),
    }
    return Case(**{**values, **changes})


def decision(label: str, sequence: int = 1, **changes: Any) -> Decision:
    """A decision on the case, by the tests' expert alone."""
    values: dict[str, Any] = {
        "decision_id": f"dec_{sequence}",
        "case_id": "case_1",
        "sequence": sequence,
        "answer": chosen(label),
        "method": Method.SINGLE,
        "decided_at": MONDAY,
        "policy_version": "0123456789ab",
        "screen_version": 1,
        "decided_by": (expert(),),
    }
    return Decision(**{**values, **changes})
