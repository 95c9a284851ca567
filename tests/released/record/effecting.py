"""Does the recorded acts once, on the restored database, to keep what comes of them."""

from collections.abc import Iterator
from typing import Any

from tests.released.effects import close_windows, effect_of
from tests.released.record.situations import Situation
from tests.released.restoring import taken_up
from tests.released.versions import Version

JsonObject = dict[str, Any]


def with_effects(version: Version, dialect: str, url: str, recorded: list[Situation]) -> Iterator[JsonObject]:
    """Each situation with its effect in this version."""
    with taken_up(version, dialect, url) as world:
        world.start()
        for situation in recorded:
            close_windows(world)
            kept = {"situation": situation.name, "case_id": situation.case_id, "payload": situation.payload}
            yield kept | {"effect": effect_of(world, kept)}
