"""Everything that is measured on a database, at full precision."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_jsonable_python

from bot.usecases.context import Context
from bot.usecases.digest.digest_document import to_document
from bot.usecases.digest.weekly import digest_of
from bot.usecases.learning import calibrate
from bot.usecases.plan import replay
from bot.usecases.thresholds import in_force
from routing.prediction import ModelRef
from storage.engine.database import Database
from storage.evidence import model_evidence
from storage.measured import certificates
from tests.worlds import contexts
from tests.worlds.clocks import MovableClock
from tests.worlds.people import WORKSPACE

JsonObject = dict[str, Any]
WEEK = timedelta(days=7)
PERIODS = (1, 4)
"""In weeks, up to the moment of recording."""
BACK = timedelta(weeks=8)
MINUTES = 200.0
LABELED = sa.text("SELECT DISTINCT task, model_name, model_version FROM calibrators ORDER BY 1, 2, 3")


def context(database: Database, policy_text: str, moment: datetime, draw_key: bytes) -> Context:
    """The use cases' world over a database at a moment, with what is in force read."""
    made = contexts.context(
        database, policy_text, MovableClock(moment), new_id=_no_id, draw_key=draw_key, team_id=WORKSPACE
    )
    in_force.refresh(made)
    return made


def _no_id(prefix: str) -> str:
    raise AssertionError(f"measuring makes no {prefix}")


def measured(ctx: Context) -> JsonObject:
    """The numbers, by what they are about."""
    plan = replay.budget(ctx, MINUTES, BACK, 0.05, _untold)
    # As 0.1 did: against what was done then, whatever is certified today.
    again = replay.replay(ctx, ctx.policy, BACK, _untold, is_past=True)
    measures = {
        "digests": _digests(ctx),
        "calibrators": _calibrators(ctx),
        "certificates": _certificates(ctx),
        "budget": asdict(plan),
        "replay": asdict(again),
    }
    kept: JsonObject = to_jsonable_python(measures, by_alias=False)
    return kept


def _untold(_done: int, _total: int) -> None:
    """Nobody looks on."""


def _digests(ctx: Context) -> JsonObject:
    """Of each team and period, as `secondlook report --json` gives them: estimates, calibration, drift."""
    now = ctx.clock.now()
    return {
        f"{team}, {weeks} weeks": to_document(
            digest_of(ctx.database, ctx.policy, team, now - weeks * WEEK, now, now)
        )
        for team in ctx.policy.teams
        for weeks in PERIODS
    }


def _calibrators(ctx: Context) -> JsonObject:
    """What every model's labels would be calibrated with now."""
    now, fits = ctx.clock.now(), {}
    with ctx.database.read() as tx:
        for task, name, version in tx.execute(LABELED):
            model = ModelRef(name, version)
            labeled = model_evidence.labeled(tx, task, now - calibrate.LOOK_BACK, now, model)
            fits[f"{task} {name} {version}"] = calibrate._fit(labeled).to_json()
    return fits


def _certificates(ctx: Context) -> list[JsonObject]:
    """All attempts, granted or not, with their evidence."""
    now = ctx.clock.now()
    with ctx.database.read() as tx:
        history = certificates.history(tx, list(ctx.policy.tasks), now - 52 * WEEK, now)
        return [asdict(certificate) for certificate in history]
