"""The regions about to be certified, in which every answer gets a second opinion until a limit is held.

A region is chosen by how sure the model is, never by what experts said of it, and stays until another
calibrator ranks predictions anew: what was checked whole then stays evidence.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.usecases.context import Context
from bot.usecases.thresholds.threshold_table import Stream, streams
from routing.evidence.calibrator import IDENTITY, Calibrator
from routing.triage.in_force import CheckRegion, StreamKey
from storage.engine.database import Transaction
from storage.evidence import model_evidence
from storage.measured import calibrators, certificates, profiles
from storage.measured.calibrators import StoredCalibrator
from storage.measured.profiles import StoredProfile

REGIONS = "check_regions"
"""The kind of profile that keeps a task's regions, by tier and model."""
LOOKED_AT = timedelta(days=28)
LEAST = 100
"""Of fewer predictions nobody could tell how sure a model usually is."""


def note_new(ctx: Context) -> int:
    """Note the regions that are new, or that another calibrator made void; how many there are of these."""
    now = ctx.clock.now()
    with ctx.database.read() as tx:
        noted = {row.task: row.profile for row in profiles.of_kind(tx, REGIONS)}
        fresh = list(_fresh(ctx, tx, noted, now))
    for task in {stream.task.name for stream, _ in fresh}:
        regions = dict(noted.get(task, {}))
        regions.update({_name(stream): region for stream, region in fresh if stream.task.name == task})
        with ctx.database.write() as tx:
            profiles.save(tx, StoredProfile(task, REGIONS, regions, now))
    return len(fresh)


def regions_in_force(tx: Transaction) -> Mapping[StreamKey, CheckRegion]:
    """The regions by task, tier and model."""
    return {
        (row.task, *region["of"]): CheckRegion(region["threshold"], is_raw=region["is_raw"])
        for row in profiles.of_kind(tx, REGIONS)
        for region in row.profile.values()
    }


def since(tx: Transaction, stream: Stream) -> datetime | None:
    """Since when the stream has the region that it has now; None without any."""
    for row in profiles.of_kind(tx, REGIONS):
        if row.task == stream.task.name and _name(stream) in row.profile:
            return datetime.fromisoformat(row.profile[_name(stream)]["since"])
    return None


def _fresh(
    ctx: Context, tx: Transaction, noted: Mapping[str, Mapping[str, Any]], now: datetime
) -> Iterable[tuple[Stream, dict[str, Any]]]:
    tasks = [name for name, task in ctx.policy.tasks.items() if any(map(_has_any, task.tiers))]
    counts = model_evidence.strata(tx, tasks, now - LOOKED_AT, now) if tasks else ()
    for stream in streams(ctx.policy, tasks, counts):
        fits = calibrators.history(tx, stream.task.name, stream.model)
        region = noted.get(stream.task.name, {}).get(_name(stream))
        if not _has_any(stream.tier) or not fits or stream.received < LEAST or _holds(region, fits[-1]):
            continue
        if any(held.revoked_at is None for held in certificates.last_granted(tx, stream.key)):
            continue
        made = _region(tx, stream, fits[-1], now)
        if made is not None:
            yield stream, made


def _has_any(tier: Any) -> bool:
    return tier.checks_labels and tier.promise is not None


def _name(stream: Stream) -> str:
    return "/".join((stream.tier.name, stream.model.name, stream.model.version))


def _holds(region: Mapping[str, Any] | None, fit: StoredCalibrator) -> bool:
    """Whether it is on a scale that is there still: that of raw confidences always is."""
    if region is None:
        return False
    return _keeps_order(fit) if region["is_raw"] else region["calibrator"] == _version(fit)


def _version(fit: StoredCalibrator) -> str | None:
    return fit.version if fit.is_used else None


def _keeps_order(fit: StoredCalibrator) -> bool:
    return _calibrator(fit).keeps_order


def _calibrator(fit: StoredCalibrator) -> Calibrator:
    return Calibrator.from_json(fit.calibrator) if fit.is_used else IDENTITY


def _region(tx: Transaction, stream: Stream, fit: StoredCalibrator, now: datetime) -> dict[str, Any] | None:
    promise, is_raw = stream.tier.promise, _keeps_order(fit)
    assert promise is not None  # noqa: S101  tiers without a promise have no region
    window = stream.window(now - LOOKED_AT, now)
    confidences = model_evidence.scores(tx, window, float if is_raw else None).calibrated
    calibrate = _calibrator(fit).calibrate if is_raw else float
    threshold = lowest_kept(confidences, [calibrate(each) for each in confidences], promise.error)
    if threshold is None:
        return None
    of = [stream.tier.name, stream.model.name, stream.model.version]
    scale = {"is_raw": is_raw, "calibrator": _version(fit)}
    return {"of": of, "threshold": threshold, "since": now.isoformat(), **scale}


def lowest_kept(scores: Sequence[float], chances: Sequence[float], error: float) -> float | None:
    """The lowest score from which on `error` is not exceeded, if each is right with its chance; or None."""
    wrong, lowest = 0.0, None
    pairs = sorted(zip(scores, chances, strict=True), reverse=True)
    for count, (score, chance) in enumerate(pairs, 1):
        wrong += 1 - chance
        if wrong <= error * count:
            lowest = score
    return lowest
