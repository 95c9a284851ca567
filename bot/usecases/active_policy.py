"""Which policy is active for all replicas: what counts as a proposal, and how it is taken up.

None routes by its own file. A file proposes what it holds; what is active stands in the database, and every
replica takes it up from there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.usecases.context import ActivePolicy, Context
from routing.errors import UnreadablePolicy
from routing.policy import Policy, document_of, policy_of_document
from routing.triage.router import compile_router
from storage import policies, replicas
from storage.engine.database import Database, Transaction
from storage.policies import Activation
from storage.replicas import Replica

LIVE_FOR = timedelta(minutes=1)
"""A replica that was not seen for so long has ended, or cannot reach the database and takes no cases."""
KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the file of a replica holds; `is_change`: it held something else when it was read last."""

    replica: str
    policy: Policy
    is_change: bool = False


def propose(ctx: Context, proposal: Proposal) -> Activation:
    """Note that the replica is there, and activate what its file holds if that counts; what is active then.

    Raises DatabaseUnavailable.
    """
    now, version = ctx.clock.now(), proposal.policy.version
    with ctx.database.write() as tx:
        # Also where the proposal does not count: what its file holds speaks for the version that is active.
        before_at = replicas.see(tx, Replica(proposal.replica, version, now))
        active = policies.active(tx)
        if active is not None and not _counts(tx, proposal, active, before_at, now):
            return active
        replicas.forget_before(tx, now - KEPT_FOR)
        # Kept before it is activated: `active` names a version that every replica has to be able to read.
        policies.remember(tx, version, document_of(proposal.policy), now)
        activation = Activation(version, now, proposal.replica)
        policies.activate(tx, activation)
        return activation


def _counts(
    tx: Transaction, proposal: Proposal, active: Activation, before_at: datetime | None, now: datetime
) -> bool:
    """Whether the proposal becomes active.

    A file that was changed counts, and a file with a policy that never was active. Another that was active
    before counts once no replica's file holds the active policy any more: while a version is rolled out, an
    old replica that starts again must not bring the old policy back, but all started again with it do.
    """
    version = proposal.policy.version
    if version == active.version:
        return False
    if proposal.is_change or not policies.was_active(tx, version):
        return True
    live_since = now - LIVE_FOR
    # After an outage of the database nobody was seen for a while: who comes back first must not conclude.
    is_steady = before_at is None or before_at > live_since
    readers = {replica.policy_version for replica in replicas.seen_since(tx, live_since)}
    return is_steady and active.version not in readers


def present(ctx: Context) -> Activation | None:
    """What is active; None in a database where nothing was yet. Raises DatabaseUnavailable."""
    with ctx.database.read() as tx:
        return policies.active(tx)


def leave(ctx: Context, replica: str) -> None:
    """The replica ends: what its file holds speaks for nothing any more. Raises DatabaseUnavailable."""
    with ctx.database.write() as tx:
        replicas.leave(tx, replica)


def compiled(ctx: Context, version: str, own: Policy) -> ActivePolicy:
    """The active policy, ready to route; from the file (`own`) where that holds it, else as it is kept.

    Raises UnreadablePolicy for a policy that a newer version of the program wrote, DatabaseUnavailable.
    """
    policy = own if own.version == version else kept(ctx.database, version)
    return ActivePolicy(policy, compile_router(policy))


def kept(database: Database, version: str) -> Policy:
    """The policy of that version, as it is kept. Raises UnreadablePolicy or DatabaseUnavailable."""
    with database.read() as tx:
        document = policies.document(tx, version)
    policy = policy_of_document(document)
    # Keys that this program does not know were passed over: what is left would route otherwise.
    if policy.version != version:
        raise UnreadablePolicy(f"{version} was written by another version of Second Look.")
    return policy
