"""Takes certificates back: at once, with the reason on record, and with news to those who have to know."""

from datetime import datetime

from bot.usecases.context import Context
from bot.usecases.outgoing import News
from bot.usecases.telling import entry, named, tell
from routing.alarm import Alarm
from storage import alarms, certificates
from storage.alarms import StoredAlarm
from storage.audit import Entry
from storage.certificates import Attempt
from storage.database import Transaction

ADVICE = (
    "All of that goes to review until new labels certify a threshold again. Look at the examples, "
    "and have the model mended if they have something in common."
)


def revoke(
    ctx: Context, tx: Transaction, granted: Attempt, reason: str, now: datetime, alarm: Alarm | None = None
) -> list[Entry]:
    """What goes on record last in this transaction; nothing where somebody was faster.

    `alarm` is raised with it.
    """
    certificate_id = str(granted.certificate_id)
    if not certificates.revoke(tx, certificate_id, now, reason):
        return []
    keys: tuple[str, ...] = ()
    if alarm is not None:
        stored = StoredAlarm(f"error:{certificate_id}", alarm.kind, alarm.task, alarm.to_json(), now)
        keys = (stored.key,) if alarms.raise_once(tx, stored) else ()
    key = granted.key
    news = News(
        team="",
        sentence=(
            f"{key.task}, {key.place}: nothing of {key.model.name} {key.model.version} is accepted "
            f"without review any more: {reason}."
        ),
        advice=ADVICE,
        case_ids=alarm.case_ids if alarm else (),
        alarm_keys=keys,
    )
    tell(ctx, tx, key.task, news, f"revoked:{certificate_id}", now)
    return [entry(now, "threshold.revoked", certificate_id, reason=reason, **named(granted))]
