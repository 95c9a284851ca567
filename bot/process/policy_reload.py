"""Reads the policy file anew while the process runs, and takes up the policy that is active for all."""

import threading
from contextlib import suppress
from pathlib import Path

import structlog

from bot.errors import SettingsInvalid
from bot.http.health import PolicyState
from bot.http.signatures import Services
from bot.policy.policy_file import read_text
from bot.usecases import active_policy
from bot.usecases.active_policy import LIVE_FOR, Proposal
from bot.usecases.context import Context
from bot.usecases.repairs import message_homes, stranded_cases
from routing.errors import InvalidPolicy, RoutingError
from routing.policy import Policy, load_policy
from storage.engine import deadline
from storage.errors import StorageError
from storage.policies import Activation

log = structlog.get_logger()

BEAT = LIVE_FOR / 3
LEAVE_SECONDS = 1.0


class PolicyReload:
    """Follows a file (None: the policy was handed over, and only others' proposals are followed).

    A policy that cannot work is refused: what was in force stays, and the file is read again when it changes.
    The environment is read at the start only, so a policy that names a new secret needs a restart.
    """

    def __init__(self, ctx: Context, services: Services, path: Path | None, replica: str) -> None:
        self._ctx = ctx
        self._services = services
        self._path = path
        self._replica = replica
        self._own = ctx.policy
        self._text: str | None = None
        self._seen_text: str | None = None
        self._refusal: str | None = None
        self._hindrance: str | None = None
        self._is_change = False
        self._is_settled = False
        # So that the first look is a beat, which tells the others what this file holds.
        self._seen_at = ctx.clock.now() - LIVE_FOR
        self._is_over = False
        self._turn = threading.Lock()
        self._is_asked = threading.Event()

    def ask(self) -> None:
        """Believe the file at the next look, however short ago it was written."""
        self._is_asked.set()

    def look(self) -> bool:
        """Read the file if it has changed, and take up what is active; whether that was another policy.

        Raises StorageError; then all of it is done at the next look.
        """
        with self._turn:
            if self._is_over:
                return False
            if self._path is not None:
                self._read(self._path)
            self._take_up(self._activation().version)
            # Not by whether the version changed: what an outage interrupted is done at the next look.
            was_settled = self._is_settled
            if not was_settled:
                self._settle()
            return not was_settled

    def leave(self) -> None:
        """The process ends; what cannot be stored in a second others notice by themselves."""
        if not self._turn.acquire(timeout=LEAVE_SECONDS):
            return
        try:
            self._is_over = True
            with suppress(StorageError), deadline.within(LEAVE_SECONDS):
                active_policy.leave(self._ctx, self._replica)
        finally:
            self._turn.release()

    def state(self) -> PolicyState:
        """Which policy is in force here, and what keeps another from it, in words."""
        policy = self._ctx.policy
        refused = f"The policy file is refused, and version {policy.version} stays in force. {self._refusal}"
        trouble = (refused if self._refusal else None) or self._hindrance or self._lacking(policy)
        if trouble is not None:
            return PolicyState(is_ok=False, version=policy.version, detail=trouble)
        if self._own.version == policy.version:
            return PolicyState(is_ok=True, version=policy.version, detail="active, as the file says")
        detail = (
            f"active; the file of this process holds {self._own.version}, which was active before. It counts "
            "when it is changed, or when no running process has the active one in its file any more"
        )
        return PolicyState(is_ok=True, version=policy.version, detail=detail)

    def _read(self, path: Path) -> None:
        """Take the file's policy for our own if it can work; half a file may be valid, so it has to rest."""
        is_asked = self._is_asked.is_set()
        self._is_asked.clear()
        try:
            text = read_text(path)
        except InvalidPolicy as error:
            self._refuse(path, error.detail)
            self._text = None
            return
        rests, self._seen_text = text == self._seen_text, text
        if text == self._text or not (rests or is_asked):
            return
        self._text = text
        try:
            policy = load_policy(text, path.name)
            self._check_secrets(policy)
        except InvalidPolicy as error:
            self._refuse(path, error.lines[0])
        except SettingsInvalid as error:
            self._refuse(path, error.detail)
        else:
            self._refusal = None
            self._is_change = self._is_change or policy.version != self._own.version
            self._own = policy

    def _check_secrets(self, policy: Policy) -> None:
        missing = self._services.missing(policy)
        if missing:
            names = ", ".join(missing)
            raise SettingsInvalid(
                f"It names {names}, and this process was started without: set it and restart."
            )
        self._services.check(policy)

    def _refuse(self, path: Path, finding: str) -> None:
        if finding != self._refusal:
            self._refusal = finding
            log.warning("policy.refused", file=str(path), finding=finding, stays=self._ctx.policy.version)

    def _activation(self) -> Activation:
        now = self._ctx.clock.now()
        if not self._is_change and now - self._seen_at < BEAT:
            activation = active_policy.present(self._ctx)
            if activation is not None:
                return activation
        activation = active_policy.propose(self._ctx, Proposal(self._replica, self._own, self._is_change))
        # After the proposal only: an outage must not make a changed file look as if it had been there before.
        self._is_change, self._seen_at = False, now
        return activation

    def _take_up(self, version: str) -> None:
        before = self._ctx.policy.version
        if version == before:
            self._hindrance = None
            return
        try:
            active = active_policy.compiled(self._ctx, version, self._own)
            self._services.follow(active.policy)
        except (RoutingError, SettingsInvalid) as error:
            hindrance = f"Version {version} is active, but cannot be taken up here: {error}"
            if hindrance != self._hindrance:
                self._hindrance = hindrance
                log.warning("policy.not_taken_up", active=version, stays=before, reason=str(error))
            return
        # After `follow`: a post that is routed by the new policy must find its service's secret.
        self._ctx.active.present, self._hindrance, self._is_settled = active, None, False
        log.info("policy.active", version=version, before=before)

    def _settle(self) -> None:
        """What goes with another policy, also at the start: messages move, and what was left is logged."""
        ctx = self._ctx.snapshot()
        message_homes.rehome_all(ctx.database, ctx.policy, ctx.clock.now())
        for group in stranded_cases.stranded(ctx):
            log.warning(
                "policy.left_open_cases",
                task=group.task,
                tier=group.tier,
                cases=group.count,
                left=list(group.left),
                example=group.example,
                may_answer=group.may_answer,
            )
        self._is_settled = True

    def _lacking(self, policy: Policy) -> str | None:
        missing = self._services.missing(policy)
        if not missing:
            return None
        return (
            f"The active policy names {', '.join(missing)}, and this process was started without: what its "
            "service posts here is refused. Set it and restart."
        )
