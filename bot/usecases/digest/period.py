"""The week that a digest is about: a team's own by its calendar, or the last seven days for one person."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Period:
    """A team's week: seven days by its calendar, so 167 or 169 hours where the clock changes.

    `person` is the user id of who asked for it, empty for the team's own digest.
    """

    team: str
    since_at: datetime
    until_at: datetime
    last_day: date
    person: str = ""

    @property
    def key(self) -> str:
        """Names the digest for ever."""
        if self.person:
            # To the minute: who asks twice at once gets a single digest, who asks again later another.
            return f"private:{self.team}:{self.person}:{self.until_at:%Y-%m-%dT%H:%M}"
        return key_of(self.team, self.last_day)

    def to_payload(self) -> JsonObject:
        """The period as JSON for the outbox."""
        asked_by = {"person": self.person} if self.person else {}
        return {
            "team": self.team,
            "since_at": self.since_at.isoformat(),
            "until_at": self.until_at.isoformat(),
            "last_day": self.last_day.isoformat(),
            **asked_by,
        }

    @classmethod
    def from_payload(cls, payload: JsonObject) -> Self:
        """The period from the outbox's JSON."""
        since_at, until_at = (datetime.fromisoformat(payload[name]) for name in ("since_at", "until_at"))
        last_day = date.fromisoformat(payload["last_day"])
        return cls(payload["team"], since_at, until_at, last_day, payload.get("person", ""))


def key_of(team: str, last_day: date) -> str:
    """The name of a team's own digest of the week that ended on that day of its calendar."""
    return f"digest:{team}:{last_day.isoformat()}"
