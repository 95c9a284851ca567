"""The outcome of a check of the record, in sentences."""

from bot.words.numbers import counted
from storage.record.chain_check import ANCHORS, TAKEN_IN
from storage.record.chains import GENERAL
from storage.record.findings import AuditReport, Fault, MissingKey, RecordFinding
from storage.record.old_chain import CHAIN as EARLIER

_ROWS = {
    "predictions": "The prediction",
    "cases": "The case",
    "labels": "The label",
    "abstentions": "The abstention",
    "decisions": "The decision",
    "contests": "The objection",
    "decision_feed": "The feed's line",
    "steps": "The escalation step",
}
_CHAINS = {
    ANCHORS: "the anchors",
    TAKEN_IN: "what was taken in at the upgrade",
    GENERAL: "what is about no case",
    EARLIER: "what earlier versions wrote",
}


def summary(report: AuditReport) -> str:
    """The outcome, and how much was looked at."""
    looked_at = f"{counted(report.count, 'entry', 'entries')}, {counted(report.rows, 'row')}"
    if report.waiting:
        looked_at += f"; {counted(report.waiting, 'row')} of an earlier version not taken in yet"
    if report.total:
        return f"Broken in {counted(report.total, 'place')}; looked at {looked_at}."
    if report.missing_keys:
        keys = " ".join(_key(key) for key in report.missing_keys)
        return f"Not checked: {keys} Looked at {looked_at}."
    return f"Unbroken: {looked_at}."


def sentence(finding: RecordFinding) -> str:
    """A thing that is wrong."""
    where, place, columns = finding.where, finding.place, ", ".join(finding.fields)
    row, entry = f"{_ROWS.get(where, where)} {place}", _CHAINS.get(where, where)
    return {
        Fault.ENTRY_CHANGED: f"Entry {place} of {entry} was edited or moved.",
        Fault.ENTRIES_MISSING: f"Of {entry}, {_numbers(place)} missing.",
        Fault.ENTRIES_ADDED: f"To {entry}, {_numbers(place)} not ours.",
        Fault.HEAD_CHANGED: f"The note of how far {entry} reaches was edited; entry {place} is its last.",
        Fault.ANCHOR_MISSED: f"Entry {place} of {entry} is not the one that was anchored.",
        Fault.ROW_CHANGED: f"{row} was edited{f': {columns}' if columns else ''}.",
        Fault.ROW_CHANGED_BEFORE: (
            f"{row} was edited{f': {columns}' if columns else ''}, before the bot wrote it anew."
        ),
        Fault.ROW_MISSING: f"{row} was deleted, or its name was changed.",
        Fault.ROW_ADDED: f"{row} was added: no entry tells of it (or a version before the record wrote it).",
    }[finding.fault]


def _key(key: MissingKey) -> str:
    entries = counted(key.count, "entry", "entries")
    return (
        f"the key “{key.key_id}” signed {entries} and is not here; add it to SECONDLOOK_AUDIT_KEYS, behind "
        "the key that signs."
    )


def _numbers(place: str) -> str:
    return f"entries {place} are" if "-" in place else f"entry {place} is"
