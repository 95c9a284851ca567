"""What was measured on a released version's database is measured again, to the last digit."""

import math

from bot.usecases.digest.digest_document import coded
from storage.engine.database import Database
from tests.released.measures import context, measured
from tests.released.versions import Version

Recorded = tuple[Version, str]
FITTED = ("/calibrators/", "/budget/")
"""What is fitted or summed by instructions that processors have or lack: the last digits are the machine's.

Seen with AVX2 and without: at most 3.1e-15 of the value. Everything else was the same to the last digit.
"""
FITTED_ALIKE = 1e-12
PROSE = {"words", "why", "sentence"}
"""Said in words of the day."""


def test_every_number_is_the_same(recorded: Recorded, upgraded_url: str) -> None:
    version, dialect = recorded
    database = Database(upgraded_url)
    numbers = measured(context(database, version.policy_text, version.recorded_at, version.draw_key))
    database.dispose()
    assert different(coded(version.packed("measures")[dialect]), numbers) == []


def different(was: object, now: object, path: str = "") -> list[str]:
    """Where a number or word that was kept is another one now; what is new beside it is nobody's loss."""
    if isinstance(was, dict) and isinstance(now, dict):
        return [
            difference
            for name, value in was.items()
            if name not in PROSE
            for difference in (
                different(value, now[name], f"{path}/{name}") if name in now else [f"{path}/{name}"]
            )
        ]
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        pairs = enumerate(zip(was, now, strict=True))
        return [difference for place, pair in pairs for difference in different(*pair, f"{path}/{place}")]
    return [] if _is_same(was, now, path) else [f"{path}: {now!r} was {was!r}"]


def _is_same(was: object, now: object, path: str) -> bool:
    if isinstance(was, float) and isinstance(now, float) and path.startswith(FITTED):
        return math.isclose(was, now, rel_tol=FITTED_ALIKE)
    return was == now
