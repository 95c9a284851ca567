"""Whether an open socket still answers: missing pongs betray a dead connection without a close frame."""

from typing import Protocol

PING_SECONDS = 5.0
"""How often slack_sdk pings Slack; it hangs up by itself only after four times that and more."""
BEAT_SECONDS = 1.0
ANSWER_SECONDS = 2.0
MISSED_PINGS = 2


class SocketSession(Protocol):
    """What we look at of slack_sdk's connection."""

    session_id: str
    last_ping_pong_time: float | None


class Pulse:
    """Counts the looks at a socket since its last pong.

    Looks and not seconds: a process that was stopped for a while has heard nothing meanwhile, and no clock's
    jump is taken for silence.
    """

    def __init__(self, *, most_looks: int) -> None:
        self._most_looks = most_looks
        self._looks = 0
        self._seen: tuple[str, float | None] = ("", None)
        self._is_silent = False

    @property
    def is_silent(self) -> bool:
        """Whether pings have gone unanswered and none was answered since, on whichever connection."""
        return self._is_silent

    def look(self, session: SocketSession) -> bool:
        """Look at the socket that is open; True when it is to be given up for another."""
        seen = (session.session_id, session.last_ping_pong_time)
        if seen != self._seen:
            self._seen, self._looks = seen, 0
            self._is_silent = self._is_silent and session.last_ping_pong_time is None
            return False
        self._looks += 1
        is_over = self._looks >= self._most_looks
        if is_over:
            self._looks, self._is_silent = 0, True
        return is_over
