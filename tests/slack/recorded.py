"""Payloads in the shapes of Slack's reference, each named for a situation, with who acts and what follows."""

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bot.slack.blocks.message import JsonObject
from routing.label import ExpertId

FOLDER = Path(__file__).parent / "payloads"
TS = "1795000000.000100"
"""The message of the case that all of them are about."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A payload; `outcome` is `answers`, `refused`, `ignored` or `listed` (for the command)."""

    situation: str
    enterprise_id: str
    transport: str
    person: ExpertId
    outcome: str
    payload: JsonObject

    def body(self, payload: object = None) -> tuple[str, str]:
        """The request's body and content type, of this payload or of another one in its place."""
        sent = self.payload if payload is None else payload
        if self.transport == "event":
            return json.dumps(sent), "application/json"
        fields = {"payload": json.dumps(sent)} if self.transport == "interaction" else sent
        return urlencode(fields), "application/x-www-form-urlencoded"  # type: ignore[arg-type]


def recorded(name: str) -> Recorded:
    """The payload in the file of that name."""
    held = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return Recorded(
        held["situation"],
        held["auth_test_enterprise_id"],
        held["transport"],
        ExpertId(*held["person"]),
        held["outcome"],
        held["payload"],
    )


NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))
