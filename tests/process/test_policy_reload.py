"""One process follows its policy file: what it proposes, what it refuses, and what it says of it."""

import base64
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.errors import SettingsInvalid
from bot.http.problems import RequestRefused
from bot.http.signatures import Credentials, Services
from bot.policy.policy_file import read_policy
from bot.process.policy_reload import PolicyReload
from bot.settings import Secrets
from bot.usecases.active_policy import Proposal, propose
from bot.usecases.context import Context
from storage.engine.database import Database
from tests.worlds.clocks import MONDAY, StillClock
from tests.worlds.delivery import delivering
from tests.worlds.policies import ORDERS

SLOWER = ORDERS.replace('due_in = "4h"', 'due_in = "5h"')
KEYS = {name: base64.b64encode(name.encode() * 3).decode() for name in ("SHOP_SECRET", "SHOP_OLD_SECRET")}
BANK_KEY = "a bearer key of the bank"
WITH_BANK = ORDERS + '\n[services.bank]\ntasks = ["fraud"]\nbearer_env = ["BANK_KEY"]\n'


@dataclass
class Process:
    """A process with its file and its environment."""

    ctx: Context
    file: Path
    services: Services
    reload: PolicyReload

    def looks(self, text: str, times: int = 2) -> str:
        """Write the file and let the process look; the version that is in force then."""
        self.file.write_text(text, encoding="utf-8")
        for _ in range(times):
            self.reload.look()
        return self.ctx.policy.version

    @property
    def says(self) -> str:
        """What it says of its policy where something is wrong."""
        state = self.reload.state()
        return "" if state.is_ok else state.detail


@pytest.fixture
def process(sqlite_url: str, tmp_path: Path) -> Process:
    file = tmp_path / "policy.toml"
    file.write_text(ORDERS, encoding="utf-8")
    ctx = delivering(Database(sqlite_url), StillClock(MONDAY), read_policy(file))
    services = Services(ctx.policy, Secrets(KEYS))
    made = Process(ctx, file, services, PolicyReload(ctx, services, file, "here"))
    made.reload.look()
    return made


def version_of(text: str, tmp_path: Path) -> str:
    file = tmp_path / "other.toml"
    file.write_text(text, encoding="utf-8")
    return read_policy(file).version


def test_a_changed_file_is_in_force_once_it_rests(process: Process, tmp_path: Path) -> None:
    before, after = process.ctx.policy.version, version_of(SLOWER, tmp_path)
    assert process.looks(SLOWER, times=1) == before
    assert process.looks(SLOWER, times=1) == after
    assert process.says == ""


def test_whoever_asks_says_that_the_file_is_whole(process: Process, tmp_path: Path) -> None:
    process.reload.ask()
    assert process.looks(SLOWER, times=1) == version_of(SLOWER, tmp_path)


def test_rules_are_compiled_for_what_is_in_force(process: Process) -> None:
    before = process.ctx.router
    process.looks(SLOWER)
    route = process.ctx.router.routes["fraud"]
    assert process.ctx.router is not before
    assert [tier for tier, _ in route.tiers] == list(process.ctx.policy.tasks["fraud"].tiers)


def test_a_snapshot_keeps_its_policy(process: Process) -> None:
    ctx = process.ctx.snapshot()
    before = ctx.policy
    process.looks(SLOWER)
    assert ctx.policy is before is not process.ctx.policy


@pytest.mark.parametrize("text", ["[[", ORDERS.replace('channel = "', 'channel = "no-'), ""])
def test_a_file_that_cannot_work_changes_nothing_and_is_told(process: Process, text: str) -> None:
    before = process.ctx.policy
    process.looks(text)
    assert process.ctx.policy is before
    assert "is refused" in process.says
    assert before.version in process.says
    process.looks(ORDERS)
    assert process.says == ""


def test_a_file_that_is_gone_for_a_while_changes_nothing(process: Process) -> None:
    before = process.ctx.policy
    process.file.unlink()
    process.reload.look()
    assert "No such file" in process.says
    assert process.looks(ORDERS) == before.version
    assert process.says == ""


def test_a_policy_that_names_a_new_secret_needs_a_restart(process: Process) -> None:
    before = process.ctx.policy.version
    assert process.looks(WITH_BANK) == before
    assert "names BANK_KEY" in process.says
    assert "restart" in process.says


def test_where_another_process_has_the_new_secret_only_its_service_is_not_known(process: Process) -> None:
    process.file.with_name("bank.toml").write_text(WITH_BANK, encoding="utf-8")
    with_bank = read_policy(process.file.with_name("bank.toml"))
    propose(process.ctx, Proposal("another", with_bank))
    assert process.looks(ORDERS) == with_bank.version
    assert "names BANK_KEY" in process.says
    credentials = Credentials(None, None, BANK_KEY)
    with pytest.raises(RequestRefused):
        process.services.identify(credentials, b"")
    there = Services(with_bank, Secrets({**KEYS, "BANK_KEY": BANK_KEY}))
    assert there.identify(credentials, b"") == "bank"


def test_a_service_that_left_the_policy_is_not_known_any_more(process: Process) -> None:
    keys = Secrets({**KEYS, "BANK_KEY": BANK_KEY})
    process.file.write_text(WITH_BANK, encoding="utf-8")
    services = Services(read_policy(process.file), keys)
    services.follow(process.ctx.policy)
    with pytest.raises(RequestRefused):
        services.identify(Credentials(None, None, BANK_KEY), b"")


def test_a_secret_that_two_services_share_is_refused_and_those_before_stay(process: Process) -> None:
    process.file.write_text(WITH_BANK.replace("bearer_env", "secret_env"), encoding="utf-8")
    shared = Secrets({**KEYS, "BANK_KEY": KEYS["SHOP_SECRET"]})
    services = Services(process.ctx.policy, shared)
    with pytest.raises(SettingsInvalid, match="the same secret"):
        services.follow(read_policy(process.file))
    assert "shop" in repr(services)


def test_a_process_that_ended_speaks_for_nothing(process: Process, tmp_path: Path) -> None:
    process.reload.leave()
    assert process.looks(SLOWER) != version_of(SLOWER, tmp_path)
