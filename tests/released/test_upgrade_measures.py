"""What was measured on a released version's database is measured again, to the last digit."""

from storage.database import Database
from tests.released.measures import context, measured
from tests.released.versions import Version

Recorded = tuple[Version, str]


def test_every_number_is_the_same(recorded: Recorded, upgraded_url: str) -> None:
    version, dialect = recorded
    database = Database(upgraded_url)
    numbers = measured(context(database, version.policy_text, version.recorded_at, version.draw_key))
    database.dispose()
    assert different(version.packed("measures")[dialect], numbers) == []


def different(was: object, now: object, path: str = "") -> list[str]:
    """Where a number or word that was kept is another one now; what is new beside it is nobody's loss."""
    if isinstance(was, dict) and isinstance(now, dict):
        return [
            found
            for name, value in was.items()
            for found in (
                different(value, now[name], f"{path}/{name}") if name in now else [f"{path}/{name}"]
            )
        ]
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        pairs = enumerate(zip(was, now, strict=True))
        return [found for place, pair in pairs for found in different(*pair, f"{path}/{place}")]
    return [] if was == now else [f"{path}: {was!r} was {now!r}"]
