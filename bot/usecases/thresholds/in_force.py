"""Reads what is in force, for the webhook's path: calibrators, certificates, profiles, audit shares."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.usecases.context import Context
from routing.evidence.calibrator import Calibrator
from routing.evidence.grant import Grant
from routing.triage.in_force import GrantKey, ModelKey, Standing, TierKey
from routing.triage.novelty import NoveltyProfile
from storage.engine.database import Transaction
from storage.measured import audit_shares, calibrators, certificates, profiles
from storage.measured.audit_shares import AuditShare
from storage.measured.certificates import Attempt, CertificateKey

NOVELTY = "novelty"
"""The kind of profile that tells what is unlike everything labeled."""


def refresh(ctx: Context) -> dict[str, int]:
    """Read what is in force anew; whether that changed anything."""
    holder = ctx.standing
    with ctx.database.read() as tx:
        made_at = profiles.made_at(tx, NOVELTY)
        novelty = holder.present.novelty if made_at == holder.profiles_made_at else _novelty(tx)
        standing = _read(tx, novelty, ctx.clock.now())
    has_changed = standing != holder.present
    holder.present, holder.profiles_made_at = standing, made_at
    return {"changed": int(has_changed)}


def _read(tx: Transaction, novelty: Mapping[str, NoveltyProfile], now: datetime) -> Standing:
    return Standing(
        calibrators=_calibrators(tx),
        thresholds=_thresholds(tx),
        novelty=novelty,
        audits=_highest(audit_shares.in_force(tx, now)),
        suspensions={_key(one.key): _why(one) for one in certificates.revoked(tx)},
    )


def _novelty(tx: Transaction) -> Mapping[str, NoveltyProfile]:
    return {one.task: NoveltyProfile.from_json(one.profile) for one in profiles.of_kind(tx, NOVELTY)}


def _calibrators(tx: Transaction) -> Mapping[ModelKey, Calibrator]:
    return {
        (fit.task, fit.model.name, fit.model.version): Calibrator.from_json(fit.calibrator)
        for fit in calibrators.latest(tx)
        if fit.is_used
    }


def _thresholds(tx: Transaction) -> Mapping[GrantKey, Grant]:
    return {_key(attempt.key): attempt.grant for attempt in certificates.standing(tx)}


def _key(key: CertificateKey) -> GrantKey:
    return key.task, key.tier, key.model.name, key.model.version, key.cell


def _why(revoked: Attempt) -> str:
    return f"the certified threshold was revoked: {revoked.revoked_reason}"


def _highest(asked: Iterable[AuditShare]) -> Mapping[TierKey, float]:
    shares: dict[TierKey, float] = {}
    for one in asked:
        key = (one.task, one.tier)
        shares[key] = max(one.share, shares.get(key, 0.0))
    return shares
