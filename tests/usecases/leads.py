"""A team of leads with a digest of its own, over the small world."""

from dataclasses import replace
from datetime import timedelta

from bot.usecases.digest.digest_document import to_document
from bot.usecases.lead.access import LeadAct
from bot.words.headline_words import headlines
from routing.digest.digest import Digest, summarise
from routing.digest.facts import PeriodFacts
from routing.digest.model_quality import Quality, ThresholdRow, ThresholdState
from routing.evidence.alarm import Alarm, AlarmKind
from routing.evidence.error_patterns import SliceFinding
from routing.evidence.promise import Certificate, NotYet, Promise
from routing.label import ExpertId
from routing.policy import load_policy
from routing.prediction import ModelRef
from storage import experts
from storage.engine.database import Database
from storage.leads import digests
from storage.leads.digests import StoredDigest
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CAROL, CHANNEL
from tests.worlds.policies import DESK, PAYOUTS

TEAM_CHANNEL = "C0000000002"
KEY = "digest:leads:2026-11-20"
WEEK = timedelta(days=7)
MODEL = ModelRef("gbm", "3")
PROMISE = Promise(0.02, 0.95)
SERVICE = 'tasks = ["fraud", "team", "topic"]'


def threshold(tier: str = "standard", **changes: object) -> ThresholdRow:
    result = Certificate(0.8725, PROMISE, "census_and_audit", 1, 0.05, 700, 160, 1, 0.0183)
    row = ThresholdRow("payout", tier, MODEL, ThresholdState.FIXED, 0.95, PROMISE, result, 0.17)
    return replace(row, **changes)  # type: ignore[arg-type]  # fields by name


def lacking(tier: str = "standard") -> Quality:
    row = threshold(tier, state=ThresholdState.NOT_YET, found=NotYet(180, "Too few audits."), gain=None)
    return Quality(thresholds=(row,))


def worse_slice(value: str = "DE") -> Quality:
    finding = SliceFinding("country", value, 80, 70.5, 300.0, 0.2, 0.15, 0.09, 0.24, 0.03, 0.0001, 0.002, 12)
    return Quality(slices=(finding,))


def alarmed(*case_ids: str) -> Quality:
    words = "The model errs twice as often."
    return Quality(
        alarms=(
            Alarm(
                AlarmKind.ERROR, "fraud", "", None, 0.02, "share", 20.0, 0.001, 0.01, 400, 90, words, case_ids
            ),
        )
    )


def make_lead_world(database: Database) -> World:
    """The small world with two teams: Ann is in the leads' channel, Ben and Carol in the others'."""
    text = DESK.replace(SERVICE, SERVICE.replace("]", ', "payout"]')) + PAYOUTS
    world = World(database, load_policy(text, "policy.toml"))
    with database.write() as tx:
        experts.set_members(tx, f"channel:{TEAM_CHANNEL}", [ANN], FRIDAY)
        experts.set_members(tx, f"channel:{CHANNEL}", [BEN, CAROL], FRIDAY)
    return world


def keep(world: World, quality: Quality, key: str = KEY, team: str = "leads") -> Digest:
    """Keep a digest of the last seven days with that quality."""
    now = world.clock.now()
    digest = summarise(PeriodFacts(now - WEEK, now), quality=quality)
    digest = replace(digest, headlines=headlines(quality))
    with world.database.write() as tx:
        digests.keep(tx, StoredDigest(key, team, now - WEEK, now, now, to_document(digest)))
    return digest


def press(expert: ExpertId = ANN, number: int = 1, key: str = KEY) -> LeadAct:
    return LeadAct(key, number, expert)
