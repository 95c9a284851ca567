"""Traffic through real routing: predictions of a model that is right or wrong as a test says, and labels."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from itertools import count

import sqlalchemy as sa

from bot.usecases.context import Context
from bot.usecases.intake import admission
from bot.usecases.intake.admission import PostedItem
from bot.usecases.outgoing import NEWS, News
from bot.usecases.thresholds import in_force
from routing.case.decision import Decision, Method
from routing.evidence.calibrator import IDENTITY, Calibrator
from routing.label import ExpertId
from routing.prediction import CaseInput, ModelRef, Prediction, Submission
from routing.routing import Disposition
from storage import tables
from storage.cases import decisions
from storage.cases.answer_columns import answer_columns
from storage.cases.predictions import StoredPrediction
from storage.delivery import outbox
from storage.engine.database import Database, Transaction
from storage.measured import calibrators
from storage.measured.calibrators import StoredCalibrator
from tests.answers import chosen
from tests.worlds.clocks import StillClock
from tests.worlds.contexts import context
from tests.worlds.policies import PROMISED

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MODEL = ModelRef("gbm", "3")


@dataclass
class Traffic:
    """A context on whose clock predictions come in and experts decide what is sent to them."""

    ctx: Context
    clock: StillClock
    rng: random.Random = field(default_factory=lambda: random.Random(7))
    waiting: list[Decision] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def day(
        self,
        n: int,
        *,
        sure: float = 0.0,
        unsure: float = 0.4,
        model: ModelRef = MODEL,
        probabilities: bool = False,
        fields: Mapping[str, str] | None = None,
        text: str | None = "payment {name}",
        slices: Mapping[str, str] | None = None,
        has_confidence: bool = True,
        is_slow_to_confirm: bool = False,
        nods: float = 0.0,
    ) -> list[StoredPrediction]:
        """A day on which `n` predictions come in and all that is sent to review is decided.

        Of those with a confidence of 0.8 or more this share is wrong: `sure`; of the others: `unsure`. Where
        experts are slow to confirm, what is right is `waiting` until `confirm`. Of what is wrong they wave
        the share `nods` through, where no second opinion was drawn.
        """
        wrong: dict[str, bool] = {}
        items = []
        for _ in range(n):
            confidence = round(self.rng.uniform(0.5, 0.999), 3)
            name = f"x{next(self._numbers)}"
            wrong[name] = self.rng.random() < (sure if confidence >= 0.8 else unsure)
            shares = {"fraud": confidence, "legit": 1 - confidence} if probabilities else None
            prediction = Prediction("fraud", confidence if has_confidence else None, model, shares)
            seen = CaseInput(text and text.format(name=name), dict(fields or {}))
            submission = Submission(
                "shop", name, "fraud", seen, prediction, self.clock.moment, slices=slices or {}
            )
            items.append(PostedItem(submission, name.encode()))
        with self.ctx.database.write() as tx:
            stored = list(admission.store(self.ctx, tx, items, self.clock.moment).stored.values())
            reviewed = [one for one in stored if one.routing.disposition is Disposition.REVIEW]
            for one in reviewed:
                if nods and one.routing.quorum < 2 and self.rng.random() < nods:
                    wrong[one.submission.external_id] = False
            slow = [one for one in reviewed if is_slow_to_confirm and not wrong[one.submission.external_id]]
            self.waiting += [self._decision(one, is_wrong=False) for one in slow]
            quick = [one for one in reviewed if one not in slow]
            decide(tx, [self._decision(one, wrong[one.submission.external_id]) for one in quick])
        self.clock.moment += DAY
        return stored

    def confirm(self) -> None:
        """Everything that waits is confirmed."""
        with self.ctx.database.write() as tx:
            decide(tx, self.waiting)
        self.waiting = []

    def news(self) -> list[News]:
        """What the leads are to hear; taken from the outbox."""
        with self.ctx.database.write() as tx:
            claims = outbox.claim(tx, {NEWS}, "test", self.clock.moment, HOUR, 50)
        return [News.from_payload(claim.item.payload) for claim in claims]

    def _decision(self, stored: StoredPrediction, is_wrong: bool) -> Decision:
        label = "legit" if is_wrong else "fraud"
        expert = ExpertId("T1", "U0ANN")
        at = self.clock.moment + HOUR
        case_id = stored.case_id
        return Decision(f"dec_{case_id}", case_id, 1, chosen(label), Method.SINGLE, at, "p", 1, (expert,))


def decide(tx: Transaction, made: Sequence[Decision]) -> None:
    """Store first decisions of many cases at once; the feed tells of the last one only."""
    rows = [
        asdict(decision)
        | answer_columns(decision.answer)
        | {"label": decision.label, "method": decision.method.value, "decided_by": [["T1", "U0ANN"]]}
        for decision in made[:-1]
    ]
    if rows:
        tx.execute(sa.insert(tables.decisions), rows)
    for one in made[-1:]:
        decisions.add(tx, one)


def traffic(database: Database, policy: str = PROMISED) -> Traffic:
    """Nothing has come in yet."""
    clock = StillClock()
    return Traffic(context(database, policy, clock), clock)


def shares(stored: list[StoredPrediction]) -> tuple[float, float]:
    """Which share of the predictions was accepted without review, and which was audited."""
    accepted = sum(one.routing.disposition is Disposition.AUTO_ACCEPTED for one in stored)
    return accepted / len(stored), sum(one.routing.is_audit for one in stored) / len(stored)


def calibrated(
    ctx: Context,
    sequence: int = 1,
    temperature: float | None = None,
    model: ModelRef = MODEL,
    *,
    uses_probabilities: bool = False,
) -> StoredCalibrator:
    """The model was calibrated now, or without a temperature: no calibrator was better than none."""
    calibrator = IDENTITY
    if temperature:
        calibrator = Calibrator("temperature", (temperature,), uses_probabilities=uses_probabilities)
    stored = StoredCalibrator(
        task="fraud",
        model=model,
        sequence=sequence,
        version=calibrator.version,
        calibrator=calibrator.to_json(),
        report={"n": 100},
        is_used=temperature is not None,
        fitted_at=ctx.clock.now(),
    )
    with ctx.database.write() as tx:
        assert calibrators.add(tx, stored)
    in_force.refresh(ctx)
    return stored
