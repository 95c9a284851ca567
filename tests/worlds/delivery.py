"""A small world for delivery: policy, a clock that stands still, cases, the local Slack behind a gateway."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from bot.clock import Clock
from bot.delivery.history.missed_in_channel import HistoryReader
from bot.delivery.messages.message_sender import ProjectionSender
from bot.delivery.sender.attempts import Courier
from bot.delivery.sender.durations import Tempo
from bot.delivery.sender.repeating_threads import Wake
from bot.sandbox import Sandbox, SandboxConfig
from bot.slack.api.gateway import WebClientGateway
from bot.slack.api.web_calls import slack_client
from bot.usecases.context import Context
from bot.usecases.installation import Installation, InstallationHolder
from bot.usecases.review import catch_up
from routing.case.case import Case, CaseStatus
from routing.case.decision import Decision, Method
from routing.label import ExpertId, Label, Via
from routing.policy import Policy
from routing.prediction import CaseInput, Image, ModelRef, Prediction, Submission
from routing.routing import Disposition, Routing
from storage.cases import cases, decisions, labels, predictions
from storage.cases.predictions import NewPrediction
from storage.delivery import projections
from storage.delivery.projections import Projection
from storage.engine.database import Database
from tests.answers import chosen
from tests.patience import PATIENCE
from tests.worlds.clocks import MONDAY, StillClock
from tests.worlds.contexts import context
from tests.worlds.people import MAYA, WORKSPACE
from tests.worlds.policies import ORDERS


def delivering(database: Database, clock: Clock, policy: Policy | str = ORDERS) -> Context:
    """The context of a bot in the local Slack's workspace."""
    bot = InstallationHolder(Installation(SandboxConfig.default().bot.user_id))
    return context(database, policy, clock, team_id=WORKSPACE, installation=bot)


@dataclass
class World:
    """Everything a delivery test touches."""

    ctx: Context
    clock: StillClock
    sandbox: Sandbox
    tempo: Tempo = field(default_factory=Tempo)

    @property
    def database(self) -> Database:
        return self.ctx.database

    def courier(self, gateway: Any = None) -> Courier:
        return Courier(self.ctx, gateway or self.gateway(), self.tempo, jitter=lambda: 0.0)

    def gateway(self, timeout: int = PATIENCE) -> WebClientGateway:
        config = self.sandbox.config
        return WebClientGateway(slack_client(config.bot_token, self.sandbox.api_url, timeout=timeout))

    def sender(self, owner: str = "p1", courier: Courier | None = None) -> ProjectionSender:
        return ProjectionSender(courier or self.courier(), Wake(), owner)

    def drain(self, sender: ProjectionSender | None = None, at_most: int = 100) -> None:
        """Send until nothing is due, a pace's length between two."""
        sender = sender or self.sender()
        for _ in range(at_most):
            if not sender.step():
                return
            self.clock.advance(timedelta(seconds=1.2))

    def look_again(self) -> None:
        """A gap in listening has ended."""
        catch_up.look_again(self.ctx)

    def read_histories(self, at_most: int = 200) -> None:
        """Read what is wanted of the channels' histories, at Slack's pace, until nothing may be read now."""
        reader = HistoryReader(Courier(replace(self.ctx, team_id=""), self.gateway(), self.tempo), "p1")
        for _ in range(at_most):
            if not reader.step():
                return
            self.clock.advance(timedelta(seconds=1.5))

    def shown(self, channel_id: str) -> list[str]:
        """What the channel shows, oldest first: the texts of the messages outside threads."""
        return [message.text for message in self.sandbox.state.conversations[channel_id].top_level()]

    def projection(self, case_id: str) -> Projection:
        """The case's message as the database holds it."""
        with self.database.read() as tx:
            (projection,) = projections.of_case(tx, case_id)
        return projection

    def replies(self, channel_id: str, ts: str) -> list[str]:
        return [message.text for message in self.sandbox.state.conversations[channel_id].thread(ts)]


def submission(name: str = "order-1", task: str = "fraud", image_id: str | None = None) -> Submission:
    label, model = ("fraud", "radar") if task == "fraud" else ("benign", "biopsy")
    image = Image("a scan", image_id=image_id) if image_id else None
    return Submission(
        service="shop",
        external_id=name,
        task=task,
        input=CaseInput(text=f"Input of {name}.", image=image),
        prediction=Prediction(label, 0.71, ModelRef(model, "1.4")),
        occurred_at=MONDAY,
    )


def open_case(ctx: Context, name: str = "order-1", task: str = "fraud", **changes: Any) -> Case:
    """Store a case and want its message, as the webhook would."""
    sub = submission(name, task, changes.pop("image_id", None))
    now, tier = ctx.clock.now(), ctx.policy.task(task).tiers[0]
    priority = changes.pop("priority", tier.risk)
    routed: dict[str, Any] = {
        "tier": tier.name,
        "channel": tier.channel,
        "quorum": 1,
        "due_in": tier.due_in,
        "inclusion_probability": 1.0,
        "is_audit": False,
        "reasons": ("confidence 0.71 is below 0.9",),
    }
    own = {name: changes.pop(name) for name in Routing.__slots__ if name in changes}
    fields: dict[str, Any] = {
        "case_id": f"case_{name}",
        "submission": sub,
        "routing": Routing(Disposition.REVIEW, **{**routed, **own}),
        "policy_version": ctx.policy.version,
        "opened_at": now,
        "due_at": now + tier.due_in,
    }
    case = Case(**{**fields, **changes})
    with ctx.database.write() as tx:
        predictions.add_many(
            tx, [NewPrediction(case.case_id, sub, name.encode(), case.routing, ctx.policy.version, now)]
        )
        cases.add_many(tx, [case])
        projections.want(tx, case.case_id, ctx.policy.channel_id(case.channel), priority, case.due_at, now)
    return case


def decide(ctx: Context, case: Case, expert: ExpertId = MAYA, label: str = "fraud") -> None:
    """Label and decide a case and want its message anew, as a click would."""
    now = ctx.clock.now()
    answer = Label(f"label_{case.case_id}", case.case_id, expert, 1, chosen(label), now, Via.BUTTON, 1)
    decision = Decision(
        f"dec_{case.case_id}",
        case.case_id,
        1,
        chosen(label),
        Method.SINGLE,
        now,
        ctx.policy.version,
        1,
        (expert,),
    )
    with ctx.database.write() as tx:
        labels.add(tx, answer)
        decisions.add(tx, decision)
        held = cases.lock(tx, case.case_id)
        cases.save(tx, replace(held, status=CaseStatus.DECIDED))
        projections.want(tx, case.case_id, ctx.policy.channel_id(case.channel), 0, case.due_at, now)
