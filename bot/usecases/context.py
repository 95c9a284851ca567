"""What every use case works with: the database, the policy, the clock and where ids come from."""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.clock import Clock
from bot.usecases.installation import Home, InstallationHolder
from routing.evidence.expert_confusions import ConsensusRule
from routing.label import ExpertId
from routing.policy import Policy
from routing.triage.in_force import NOTHING_STANDING, Standing
from routing.triage.router import Router, compile_router
from storage import experts
from storage.engine.database import Database


@dataclass(slots=True)
class StandingHolder:
    """What is in force as this process last read it, replaced whole; a transaction takes it once.

    `profiles_made_at` says by task how old its novelty profiles are: they are large, so they are read again
    only when that changes. Whoever reads anew holds `reading`.
    """

    present: Standing = NOTHING_STANDING
    profiles_made_at: Mapping[str, datetime] = field(default_factory=dict)
    reading: threading.Lock = field(default_factory=threading.Lock, compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class ActivePolicy:
    """A policy with its rules compiled; compared by identity, since requests are grouped by it."""

    policy: Policy
    router: Router


@dataclass(slots=True)
class PolicyHolder:
    """The policy that is active as this process last read it, replaced whole; all contexts share it.

    Whoever reads it more than once in an act takes a snapshot before: it may be replaced at any moment.
    """

    present: ActivePolicy

    @classmethod
    def of(cls, policy: Policy) -> "PolicyHolder":
        """A holder of this policy."""
        return cls(ActivePolicy(policy, compile_router(policy)))


@dataclass(frozen=True, slots=True)
class Context:
    """The world of a use case; made once by the composition root."""

    database: Database
    active: PolicyHolder
    clock: Clock
    new_id: Callable[[str], str]
    draw_key: bytes = field(repr=False)
    team_id: str
    new_key: Callable[[], bytes] = secrets.token_bytes
    standing: StandingHolder = field(default_factory=StandingHolder)
    past_policies: dict[str, Policy | None] = field(default_factory=dict)
    """Policies of other versions as they were read, None where it is not kept; they never change."""
    past_rules: dict[str, ConsensusRule | None] = field(default_factory=dict)
    """Rules that weigh answers, by version as they were read; they never change."""
    installation: InstallationHolder = field(default_factory=InstallationHolder)

    @property
    def policy(self) -> Policy:
        """The policy that is active now."""
        return self.active.present.policy

    @property
    def router(self) -> Router:
        """Its rules, compiled."""
        return self.active.present.router

    def snapshot(self, active: ActivePolicy | None = None) -> "Context":
        """The same world under `active` (default: what is active now), whatever becomes active later."""
        return replace(self, active=PolicyHolder(active or self.active.present))

    @property
    def home(self) -> Home:
        """Our workspace, by which it is clear who is who."""
        return Home(self.team_id, self.installation, self.identity)

    def identity(self, user_id: str) -> ExpertId | None:
        """As whom Slack named the person with this user id last; None if it was never asked about them.

        Raises DatabaseUnavailable.
        """
        with self.database.read() as tx:
            person = experts.by_user_id(tx, {user_id}, self.team_id).get(user_id)
        return person.expert if person is not None and person.was_asked_about else None
