"""Reads what is in force, for the webhook's path: calibrators, certificates, profiles, audit shares."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.usecases.context import Context
from bot.usecases.thresholds import check_regions
from routing.evidence.calibrator import Calibrator
from routing.triage.in_force import GrantKey, ModelKey, SliceKey, Standing, TierKey
from routing.triage.novelty import NoveltyProfile
from storage.engine.database import Transaction
from storage.leads import audit_shares, slice_checks
from storage.leads.audit_shares import AuditShare
from storage.leads.slice_checks import SliceCheck
from storage.measured import calibrators, certificates, consensus_rules, profiles
from storage.measured.certificates import CertificateKey

NOVELTY = "novelty"
"""The kind of profile that tells what is unlike everything labeled."""


def refresh(ctx: Context) -> dict[str, int]:
    """Read what is in force anew; whether that changed anything.

    Profiles are large and change once a day, so they are read only when the moment of any changed.
    """
    holder = ctx.standing
    # Of two reads at once the older must not come last: a threshold that was just revoked would hold again.
    with holder.reading:
        with ctx.database.read() as tx:
            made_at = profiles.made_at(tx, NOVELTY)
            novelty = holder.present.novelty if made_at == holder.profiles_made_at else _novelty(tx)
            standing = _read(tx, novelty, ctx.clock.now())
        has_changed = standing != holder.present
        # Replaced whole: intake reads it without a lock, and must
        # never see half of an old and half of a new state.
        holder.present, holder.profiles_made_at = standing, made_at
    return {"changed": int(has_changed)}


def _read(tx: Transaction, novelty: Mapping[str, NoveltyProfile], now: datetime) -> Standing:
    return Standing(
        calibrators=_calibrators(tx),
        thresholds={_key(certificate.key): certificate.grant for certificate in certificates.standing(tx)},
        novelty=novelty,
        audits=_highest(audit_shares.in_force(tx, now)),
        slice_audits=_highest_of_slices(slice_checks.in_force(tx, now)),
        # Triage hears of revocations, too: that nothing is
        # accepted any more needs a reason on each prediction.
        suspensions={
            _key(certificate.key): f"the certified threshold was revoked: {certificate.revoked_reason}"
            for certificate in certificates.revoked(tx)
        },
        consensus=consensus_rules.in_force(tx),
        check_regions=check_regions.regions_in_force(tx),
    )


def _novelty(tx: Transaction) -> Mapping[str, NoveltyProfile]:
    return {row.task: NoveltyProfile.from_json(row.profile) for row in profiles.of_kind(tx, NOVELTY)}


def _calibrators(tx: Transaction) -> Mapping[ModelKey, Calibrator]:
    return {
        (fit.task, fit.model.name, fit.model.version): Calibrator.from_json(fit.calibrator)
        for fit in calibrators.latest(tx)
        if fit.is_used
    }


def _key(key: CertificateKey) -> GrantKey:
    return key.task, key.tier, key.model.name, key.model.version, key.cell


def _highest(audits: Iterable[AuditShare]) -> Mapping[TierKey, float]:
    shares: dict[TierKey, float] = {}
    for audit in audits:
        key = (audit.task, audit.tier)
        shares[key] = max(audit.share, shares.get(key, 0.0))
    return shares


def _highest_of_slices(checks: Iterable[SliceCheck]) -> Mapping[SliceKey, float]:
    shares: dict[SliceKey, float] = {}
    for check in checks:
        key = (check.task, check.tier, check.name, check.value)
        shares[key] = max(check.share, shares.get(key, 0.0))
    return shares
