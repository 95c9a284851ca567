"""A task on which several experts have answered: many cases at once, as they are stored."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from routing.case.case import Case
from routing.case.decision import Method
from routing.label import ExpertId
from routing.prediction import CaseInput, ModelRef, Prediction, Submission
from routing.routing import Disposition, Routing
from storage import tables
from storage.cases import cases, predictions
from storage.cases.predictions import NewPrediction
from storage.engine.database import Database, Transaction
from tests.worlds.people import TEAM

SENIOR = "U0CAROL"
SKILLS: Mapping[str, float] = {"U0ANN": 0.95, "U0BEN": 0.7, "U0DAN": 0.8}
HOUR = timedelta(hours=1)


def answered_cases(
    database: Database,
    number: int,
    now: datetime,
    *,
    adjudicated: int = 0,
    start: int = 0,
    each: int = 2,
    names: tuple[str, str] = ("fraud", "legit"),
) -> None:
    """Cases each answered by two of the experts, right as often as their skill says; some adjudicated."""
    rng = random.Random(start)
    opened = [_case(f"case_o{start + place}", rng.choice(names), rng, names, now) for place in range(number)]
    with database.write() as tx:
        predictions.add_many(
            tx,
            [NewPrediction(one.case_id, one.submission, b"d" * 32, one.routing, "p", now) for one in opened],
        )
        cases.add_many(tx, opened)
        rows, decided = [], []
        for place, one in enumerate(opened):
            truth = one.submission.external_id.rpartition(":")[2]
            rows += [
                _label(one.case_id, user, truth if rng.random() < SKILLS[user] else _other(truth, names), now)
                for user in rng.sample(sorted(SKILLS), each)
            ]
            if place < adjudicated:
                rows.append(_label(one.case_id, SENIOR, truth, now) | {"is_adjudication": True})
                decided.append(_decision(one.case_id, truth, now))
        _insert(tx, tables.labels, rows)
        _insert(tx, tables.decisions, decided)


def _insert(tx: Transaction, table: sa.Table, rows: list[dict[str, object]]) -> None:
    if rows:
        tx.execute(sa.insert(table), rows)


def _other(label: str, names: tuple[str, str]) -> str:
    return names[1] if label == names[0] else names[0]


def _case(case_id: str, truth: str, rng: random.Random, names: tuple[str, str], now: datetime) -> Case:
    """Its external id ends with the truth; the model is right in 8 of 10."""
    predicted = truth if rng.random() < 0.8 else _other(truth, names)
    prediction = Prediction(predicted, round(rng.uniform(0.6, 0.9), 3), ModelRef("gbm", "3"))
    submission = Submission("shop", f"{case_id}:{truth}", "fraud", CaseInput("a card"), prediction, now)
    routing = Routing(Disposition.REVIEW, "high", "fraud", 1, 4 * HOUR, 1.0, False, ("always",))
    return Case(case_id, submission, routing, "p", now, now + 4 * HOUR)


def _label(case_id: str, user: str, label: str, now: datetime) -> dict[str, object]:
    return {
        "label_id": f"label_{case_id}_{user}",
        "case_id": case_id,
        "team_id": TEAM,
        "user_id": user,
        "round": 1,
        "label": label,
        "answer": label,
        "key": label,
        "labeled_at": now,
        "via": "button",
        "screen_version": 1,
        "is_adjudication": False,
    }


def _decision(case_id: str, label: str, now: datetime) -> dict[str, object]:
    expert = ExpertId(TEAM, SENIOR)
    return {
        "decision_id": f"dec_{case_id}",
        "case_id": case_id,
        "sequence": 1,
        "label": label,
        "answer": label,
        "key": label,
        "method": Method.ADJUDICATED.value,
        "decided_at": now,
        "policy_version": "p",
        "screen_version": 1,
        "decided_by": [[expert.team_id, expert.user_id]],
    }
