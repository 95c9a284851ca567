"""What a policy's file takes away from what is in force, with the open cases that this touches."""

import json
from collections.abc import Iterator

from bot.doctor.database import read_in
from bot.doctor.open_cases import context_of
from bot.usecases.repairs.departures import PolicyPart, departures
from routing.finding import Finding
from routing.policy import Policy
from storage.engine.database import Database

STAYS = "nothing is to be done if that was meant: open cases go on with the people they had"


def departure_findings(url: str, policy: Policy) -> tuple[Finding, ...]:
    """A finding for each task, tier and label that leaves; none where the database cannot tell."""

    def find(database: Database) -> Iterator[Finding]:
        for part, count in departures(context_of(database, policy)).items():
            yield Finding(_key(part), f"this {part.kind} leaves the policy, and {_words(count)}", _mend(part))

    return read_in(url, find)


def _key(part: PolicyPart) -> str:
    return f"tasks.{part.task}" + (f".{part.kind}s.{part.name}" if part.kind != "task" else "")


def _words(count: int) -> str:
    if not count:
        return "no open case has it"
    return "1 open case has it and keeps it" if count == 1 else f"{count} open cases have it and keep it"


def _mend(part: PolicyPart) -> str:
    if part.kind != "label":
        return STAYS
    was = json.dumps(part.name, ensure_ascii=False)
    return f"if it has another name now, say so on the label that it is: `was = [{was}]`"
