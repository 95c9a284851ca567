"""A small world for use cases: a policy, a context over a database, a clock that stands still, cases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

from bot.usecases.context import Context
from bot.usecases.review.access import Act
from bot.usecases.review.screen import Screen
from routing.case.case import Case
from routing.case.opening import open_case
from routing.label import ExpertId
from routing.policy import Policy, load_policy
from routing.prediction import CaseInput, ModelRef, Prediction, Submission
from routing.routing import Disposition, Routing
from storage import audit, experts
from storage.cases import cases, predictions
from storage.cases.predictions import NewPrediction
from storage.delivery import outbox, projections
from storage.delivery.outbox_item import Item
from storage.engine.database import Database
from tests.worlds.clocks import FRIDAY, StillClock
from tests.worlds.contexts import context
from tests.worlds.people import ANN, BEN, CAROL, CHANNEL, CHANNEL_ID
from tests.worlds.policies import DESK


@dataclass
class World:
    """A context with its clock, and shortcuts to what it stored."""

    database: Database
    policy: Policy
    clock: StillClock = field(default_factory=StillClock)
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def ctx(self) -> Context:
        """The use cases' context."""
        return context(
            self.database, self.policy, self.clock, new_id=lambda prefix: f"{prefix}_{next(self._ids)}"
        )

    def open(
        self,
        task: str = "fraud",
        label: str = "fraud",
        routed: Mapping[str, Any] | None = None,
        **changes: object,
    ) -> Case:
        """A case whose message was posted as `1.1` and so on; `routed` are fields of its routing."""
        number = next(self._ids)
        tier = self.policy.task(task).tiers[0]
        prediction = Prediction(label, 0.78, ModelRef("gbm", "3"))
        submission = Submission(
            "shop", f"x{number}", task, CaseInput(text="card 4711"), prediction, self.clock.moment
        )
        submission = replace(submission, **changes)  # type: ignore[arg-type]  # fields by name
        routing = Routing(
            Disposition.REVIEW, tier.name, tier.channel, tier.quorum, tier.due_in, 1.0, False, ("always",)
        )
        routing = replace(routing, **(routed or {}))
        case_id = f"case_{number}"
        new = NewPrediction(case_id, submission, b"d" * 32, routing, self.policy.version, self.clock.moment)
        case = open_case(
            case_id, submission, routing, self.policy.task(task), self.policy.version, self.clock.moment
        )
        with self.database.write() as tx:
            predictions.add_many(tx, [new])
            cases.add_many(tx, [case])
            projections.want(tx, case_id, CHANNEL_ID, tier.risk, case.due_at)
        return case

    def post(self, case: Case, ts: str) -> None:
        """Note that the case's message was posted."""
        with self.database.write() as tx:
            claim = projections.claim(
                tx, "test", self.clock.moment, timedelta(minutes=1), timedelta(0), timedelta(0)
            )
            assert claim is not None
            assert claim.projection.case_id == case.case_id
            projections.finish(tx, claim, ts, claim.projection.wanted_version)

    def act(self, case: Case, expert: ExpertId = ANN, ts: str = "", key: str = "") -> Act:
        """Somebody acts on a case; each act is another one."""
        name = key or f"act:{next(self._ids)}"
        return Act(Screen(case.case_id, 1, CHANNEL_ID if ts else None, ts), expert, name)

    def case(self, case_id: str) -> Case:
        """The case as it is stored."""
        with self.database.read() as tx:
            return cases.get(tx, case_id)

    def sent(self, kind: str) -> list[Item]:
        """What is to be delivered, oldest first."""
        with self.database.write() as tx:
            items = []
            while claims := outbox.claim(tx, [kind], "test", self.clock.moment, timedelta(minutes=1), 50):
                items += [claim.item for claim in claims]
                for claim in claims:
                    outbox.finish(tx, claim, self.clock.moment)
            return items

    def recorded(self, case_id: str) -> list[str]:
        """The audited actions on a case, oldest first."""
        with self.database.read() as tx:
            return [entry.action for entry in audit.of_subject(tx, case_id, 100)]

    def wanted_version(self, case_id: str) -> int:
        """Which version of the case's message should be seen."""
        with self.database.read() as tx:
            return projections.of_case(tx, case_id)[0].wanted_version


def make_world(database: Database) -> World:
    """A world in whose channel Ann, Ben and Carol are."""
    world = World(database, load_policy(DESK, "policy.toml"))
    with database.write() as tx:
        experts.set_members(tx, f"channel:{CHANNEL}", [ANN, BEN, CAROL], FRIDAY)
    return world
