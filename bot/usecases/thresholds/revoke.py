"""Takes certificates back: at once, with the reason on record, and with news to those who have to know."""

from collections.abc import Sequence
from datetime import datetime

from bot.usecases.context import Context
from bot.usecases.outgoing import News
from bot.usecases.team_news import entry, named, tell
from routing.cell import Cell
from routing.evidence.alarm import Alarm
from storage import audit
from storage.engine.database import Transaction
from storage.measured import alarms, certificates
from storage.measured.alarms import StoredAlarm
from storage.measured.certificates import Attempt

ADVICE = (
    "All of that goes to review until new labels certify a threshold again. Look at the examples, "
    "and have the model mended if they have something in common."
)


def revoke(
    ctx: Context,
    tx: Transaction,
    granted: Sequence[Attempt],
    reason: str,
    now: datetime,
    alarm: Alarm | None = None,
) -> int:
    """Revoke certificates of a stream and raise `alarm`; how many were not revoked by somebody faster."""
    # By an UPDATE that sees who was first: of replicas that find the same, a single one tells the team.
    revoked = [old for old in granted if certificates.revoke(tx, str(old.certificate_id), now, reason)]
    if not revoked:
        return 0
    key, certificate_id = revoked[0].key, revoked[0].certificate_id
    raised: tuple[str, ...] = ()
    if alarm is not None:
        stored = StoredAlarm(f"error:{certificate_id}", alarm.kind, alarm.task, alarm.to_json(), now)
        raised = (stored.key,) if alarms.raise_once(tx, stored) else ()
    news = News(
        team="",
        sentence=(
            f"{key.task}, {_places(revoked)}: nothing of {key.model.name} {key.model.version} is accepted "
            f"without review any more: {reason}."
        ),
        advice=ADVICE,
        case_ids=alarm.case_ids if alarm else (),
        alarm_keys=raised,
    )
    tell(ctx, tx, key.task, news, f"revoked:{certificate_id}", now)
    acts = (
        entry(now, "threshold.revoked", str(certificate.certificate_id), reason=reason, **named(certificate))
        for certificate in revoked
    )
    audit.append_many(tx, acts)
    return len(revoked)


def _places(revoked: Sequence[Attempt]) -> str:
    """The tier, with the cells that certificates were for."""
    words = filter(None, (Cell.of(certificate.key.cell).words for certificate in revoked))
    return ", ".join([f"tier {revoked[0].key.tier}", *words])
