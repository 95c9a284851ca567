"""Takes certificates back: at once, with the reason on record, and with news to those who have to know."""

from collections.abc import Sequence
from datetime import datetime

from bot.usecases.context import Context
from bot.usecases.outgoing import News
from bot.usecases.team_news import entry, named, tell
from bot.words.limit_words import tier_place
from routing.evidence.alarm import Alarm
from storage import audit
from storage.engine.database import Transaction
from storage.measured import alarms, certificates
from storage.measured.alarms import StoredAlarm
from storage.measured.certificates import Attempt

ADVICE = (
    "Until new answers show again what may go through, experts look at all of it. Look at the examples, and "
    "have the model mended if they have something in common."
)


def revoke(
    ctx: Context,
    tx: Transaction,
    granted: Sequence[Attempt],
    reason: str,
    now: datetime,
    alarm: Alarm | None = None,
    advice: str = ADVICE,
) -> int:
    """Revoke certificates of a stream and raise `alarm`; how many were not revoked by somebody faster."""
    # By an UPDATE that sees who was first: of replicas that find the same, a single one tells the team.
    revoked = [old for old in granted if certificates.revoke(tx, str(old.certificate_id), now, reason)]
    if not revoked:
        return 0
    key, certificate_id = revoked[0].key, revoked[0].certificate_id
    task = ctx.policy.task(key.task)
    places = " and ".join(tier_place(task, old.key.tier, old.key.cell) for old in revoked)
    raised: tuple[str, ...] = ()
    if alarm is not None:
        stored = StoredAlarm(f"error:{certificate_id}", alarm.kind, alarm.task, alarm.to_json(), now)
        raised = (stored.key,) if alarms.raise_once(tx, stored) else ()
    news = News(
        team="",
        sentence=(
            f"Nothing that {key.model.name} {key.model.version} predicts in {places} goes through by itself "
            f"any more, everything is looked at: {reason}."
        ),
        advice=advice,
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
