"""The use cases' context over a test's database: ids count up, the draws have one key."""

from collections.abc import Callable
from itertools import count
from typing import Any

from bot.clock import Clock
from bot.usecases.context import Context, PolicyHolder
from routing.policy import Policy, load_policy
from storage import experts
from storage.engine.database import Database
from tests.worlds.people import DIGITS, TEAM

DRAW_KEY = b"a key for the tests' draws"


def context(database: Database, policy: Policy | str, clock: Clock, **others: Any) -> Context:
    """A context under a policy or its text; `others` are fields of it, as they are here unless named."""
    loaded = load_policy(policy, "policy.toml") if isinstance(policy, str) else policy
    fields = {"new_id": ids(), "draw_key": DRAW_KEY, "team_id": TEAM, **others}
    return Context(database=database, active=PolicyHolder.of(loaded), clock=clock, **fields)


def has_members(ctx: Context) -> bool:
    """Whether the bot has asked the local Slack who is in the digits channel."""
    with ctx.database.read() as tx:
        return len(experts.members(tx, f"channel:{DIGITS}")) >= 4


def ids() -> Callable[[str], str]:
    """Makes `case_1`, `label_2` and so on."""
    numbers = count(1)
    return lambda prefix: f"{prefix}_{next(numbers)}"
