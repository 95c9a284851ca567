"""One policy is active for all replicas: which proposals count, and which only wait."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.usecases.active_policy import LIVE_FOR, Proposal, compiled, leave, present, propose
from bot.usecases.context import Context
from routing.errors import UnreadablePolicy
from routing.policy import Policy, load_policy, policy_of_document
from storage import policies, replicas, tables
from tests.places import ROOT
from tests.worlds.desk import World
from tests.worlds.policies import DESK, ORDERS

OLD = load_policy(DESK, "policy.toml")
NEW = load_policy(DESK.replace('due_in = "4h"', 'due_in = "5h"'), "policy.toml")
OTHER = load_policy(DESK.replace('due_in = "4h"', 'due_in = "6h"'), "policy.toml")
BEAT = LIVE_FOR / 3


@dataclass
class Fleet:
    """Replicas by their names, each with its file."""

    world: World
    ctx: Context = field(init=False)

    def __post_init__(self) -> None:
        self.ctx = self.world.ctx

    def reads(self, replica: str, policy: Policy, *, is_change: bool = False) -> str:
        """The replica says what its file holds; what is active then."""
        return propose(self.ctx, Proposal(replica, policy, is_change)).version

    def pass_time(self, duration: timedelta = BEAT) -> None:
        """Let time pass."""
        self.world.clock.moment += duration


@pytest.fixture
def fleet(world: World) -> Fleet:
    return Fleet(world)


def test_the_first_file_is_active_at_once_and_kept_whole(fleet: Fleet) -> None:
    assert present(fleet.ctx) is None
    assert fleet.reads("a", OLD) == OLD.version
    with fleet.ctx.database.read() as tx:
        assert policy_of_document(policies.document(tx, OLD.version)) == OLD


def test_policies_that_an_earlier_version_kept_were_never_active(fleet: Fleet) -> None:
    with fleet.ctx.database.write() as tx:
        policies.remember(tx, NEW.version, {}, fleet.world.clock.moment)
    assert present(fleet.ctx) is None
    assert fleet.reads("a", OLD) == OLD.version


def test_a_replica_that_starts_with_a_new_file_brings_it(fleet: Fleet) -> None:
    fleet.reads("a", OLD)
    assert fleet.reads("b", NEW) == NEW.version
    assert fleet.reads("a", OLD) == NEW.version


def test_an_old_replica_that_starts_again_during_a_rollout_does_not_bring_the_old_back(fleet: Fleet) -> None:
    fleet.reads("a", OLD)
    fleet.reads("b", NEW)
    leave(fleet.ctx, "a")
    for _ in range(10):
        fleet.pass_time()
        assert fleet.reads("c", OLD) == NEW.version
        assert fleet.reads("b", NEW) == NEW.version


def test_all_started_again_with_the_old_file_bring_it_back(fleet: Fleet) -> None:
    fleet.reads("a", OLD)
    fleet.reads("a2", NEW)
    leave(fleet.ctx, "a")
    assert fleet.reads("b", OLD) == NEW.version
    leave(fleet.ctx, "a2")
    assert fleet.reads("b", OLD) == OLD.version


def test_a_replica_that_ended_without_a_word_speaks_for_a_minute(fleet: Fleet) -> None:
    fleet.reads("a", OLD)
    fleet.reads("b", NEW)
    seen = []
    for _ in range(4):
        seen.append(fleet.reads("a", OLD))
        fleet.pass_time()
    assert seen == [NEW.version] * 3 + [OLD.version]


def test_a_changed_file_counts_though_its_policy_was_active_before(fleet: Fleet) -> None:
    fleet.reads("a", OLD)
    fleet.reads("a", NEW, is_change=True)
    fleet.reads("b", NEW)
    assert fleet.reads("a", OLD, is_change=True) == OLD.version
    assert fleet.reads("b", NEW) == OLD.version


def test_after_an_outage_of_the_database_the_first_that_comes_back_does_not_conclude(fleet: Fleet) -> None:
    fleet.reads("a", OLD)
    fleet.reads("b", NEW)
    fleet.pass_time(timedelta(hours=1))
    assert fleet.reads("a", OLD) == NEW.version
    assert fleet.reads("b", NEW) == NEW.version
    fleet.pass_time()
    assert fleet.reads("a", OLD) == NEW.version


def test_two_files_that_never_were_active_settle_on_the_later(fleet: Fleet) -> None:
    assert [fleet.reads("a", OLD), fleet.reads("b", NEW), fleet.reads("c", OTHER)][-1] == OTHER.version
    for _ in range(3):
        fleet.pass_time()
        assert {fleet.reads("a", OLD), fleet.reads("b", NEW), fleet.reads("c", OTHER)} == {OTHER.version}


def test_replicas_that_are_long_gone_are_forgotten(fleet: Fleet) -> None:
    fleet.reads("a", OLD)
    fleet.pass_time(timedelta(days=2))
    fleet.reads("b", NEW)
    with fleet.ctx.database.read() as tx:
        names = [one.name for one in replicas.seen_since(tx, fleet.world.clock.moment - timedelta(days=9))]
    assert names == ["b"]


@pytest.mark.parametrize(
    "text",
    [DESK, ORDERS, (ROOT / "deploy/policy.example.toml").read_text(encoding="utf-8")],
    ids=["small", "deliveries", "example"],
)
def test_a_replica_routes_by_the_kept_policy_as_by_its_file(fleet: Fleet, text: str) -> None:
    policy = load_policy(text, "policy.toml")
    fleet.reads("b", policy)
    active = compiled(fleet.ctx, policy.version, fleet.world.policy if policy != OLD else OTHER)
    assert (active.policy, active.policy.version) == (policy, policy.version)


def test_what_a_newer_version_of_the_program_wrote_is_not_taken_up_in_part(fleet: Fleet) -> None:
    fleet.reads("b", NEW)
    table = tables.policies
    with fleet.ctx.database.write() as tx:
        document = policies.document(tx, NEW.version)
        newer = table.update().values(version="ffff", document={**document, "undo_for": "1h"})
        tx.execute(newer.where(table.c.version == NEW.version))
    with pytest.raises(UnreadablePolicy):
        compiled(fleet.ctx, "ffff", OLD)
    with pytest.raises(UnreadablePolicy):
        compiled(fleet.ctx, "absent", OLD)
