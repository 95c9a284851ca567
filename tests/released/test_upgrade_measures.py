"""What was measured on a released version's database is measured again, to the last digit."""

import math
from typing import Any

import pytest

from bot.usecases.digest.digest_document import coded
from bot.usecases.plan import replay
from storage.engine.database import Database
from tests.released.measures import BACK, context, measured
from tests.released.versions import Version

Recorded = tuple[Version, str]
FITTED = ("/calibrators/", "/budget/")
"""What is fitted or summed by instructions that processors have or lack: the last digits are the machine's.

Seen with AVX2 and without: at most 3.1e-15 of the value. Everything else was the same to the last digit.
"""
FITTED_ALIKE = 1e-12
PROSE = {"words", "why", "sentence", "headlines", "no_themes_because", "warnings"}
"""Said in words of the day; which of the numbers come first is a matter of the day, too."""
REWEIGHTED = ("/quality/calibration/", "/quality/confusions/")
"""A label stands for as many predictions as in the estimate of errors, whoever did not answer.

0.1 took the inverse of its chance of review: calibration and errors of a digest contradicted each other.
"""


COSTED_BY_PARTS = "/replay/replay/after/cost/"
"""What only the new side accepts is no longer pooled with what both accept, where answers are missing."""
ANCHORED = (
    *(f"/budget/{name}" for name in ("spent", "loss", "now/loss", "hour_saves", "points/")),
    "/budget/tiers/",
)
"""A budget's errors are held to their estimates, and minutes that thresholds leave over go to audits.

0.1 left 78 of 200 minutes unused.
"""
CHANGED = (*REWEIGHTED, COSTED_BY_PARTS, *ANCHORED)


def test_every_number_is_the_same(recorded: Recorded, upgraded_url: str) -> None:
    version, dialect = recorded
    database = Database(upgraded_url)
    ctx = context(database, version.policy_text, version.recorded_at, version.draw_key)
    numbers = measured(ctx)
    alike = replay.replay(ctx, ctx.policy, BACK, lambda _done, _total: None).replay
    database.dispose()
    assert alike.before == alike.after
    assert 199 < numbers["budget"]["spent"] <= 200
    differences = different(coded(version.packed("measures")[dialect]), numbers)
    assert [line for line in differences if not any(part in line for part in CHANGED)] == []
    assert all(any(part in line for line in differences) for part in CHANGED)
    qualities = [digest["quality"] for name, digest in numbers["digests"].items() if "4 weeks" in name]
    weighed = [quality for quality in qualities if quality["calibration"]]
    assert weighed
    for quality in weighed:
        everything = quality["errors"][0]["now"]["period"]["value"]
        assert _error(quality["calibration"]["bins"]) == pytest.approx(everything)


def _error(bins: list[dict[str, Any]]) -> float:
    weight = math.fsum(part["weight"] for part in bins)
    return math.fsum(part["weight"] * (1 - part["accuracy"]) for part in bins) / weight


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
