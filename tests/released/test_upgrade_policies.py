"""Policies of released versions load unchanged, and predictions go where they went."""

import pytest

from routing.policy import load_policy
from storage.engine.database import Database
from tests.released.measures import context
from tests.released.routes import routed
from tests.released.versions import VERSIONS, Version

POLICIES = [
    pytest.param((version, path.stem), id=f"{version.name}-{path.stem}")
    for version in VERSIONS
    for path in version.policies
]
Recorded = tuple[Version, str]


@pytest.mark.parametrize("policy_of", POLICIES)
def test_it_loads_and_predictions_go_where_they_went(policy_of: Recorded) -> None:
    version, name = policy_of
    text = (version.folder / "policies" / f"{name}.toml").read_text(encoding="utf-8")
    routes = version.packed("routes")[name]

    assert load_policy(text, name).tasks
    assert routed(text, routes["predictions"], version.draw_key) == routes["nothing_in_force"]


def test_what_is_in_force_sends_them_where_it_did(recorded: Recorded, upgraded_url: str) -> None:
    version, dialect = recorded
    database = Database(upgraded_url)
    in_force = context(database, version.policy_text, version.recorded_at, version.draw_key).standing.present
    database.dispose()

    for path in version.policies:
        text, routes = path.read_text(encoding="utf-8"), version.packed("routes")[path.stem]
        outcome = routed(text, routes["predictions"], version.draw_key, in_force)
        assert outcome == routes["in_force"][dialect]
        assert path.stem != "recorded" or outcome != routes["nothing_in_force"]


def test_a_thousand_predictions_were_kept() -> None:
    for version in VERSIONS:
        kept = [len(version.packed("routes")[path.stem]["predictions"]) for path in version.policies]
        assert sum(kept) >= 1_000
