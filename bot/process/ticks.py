"""What is done again and again: steps, expiry, measures, retention; each tick is safe in any replica."""

import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta

import structlog

from bot.delivery.memberships import Memberships
from bot.delivery.sender.attempts import Courier
from bot.process.scheduler import Figures, Tick
from bot.slack.api.refusals import CURABLE
from bot.usecases import earlier_rows, record, retention
from bot.usecases.context import Context
from bot.usecases.deadlines import ask, escalate, expire, follow_up, redraw
from bot.usecases.digest import weekly
from bot.usecases.lead import pauses
from bot.usecases.learning import hourly
from bot.usecases.repairs import after_slack_repair, undelivered_news
from bot.usecases.review import catch_up
from bot.usecases.thresholds import in_force
from bot.usecases.thresholds.watch import Watch
from bot.usecases.trials import notice, put_in
from storage.errors import StorageError

log = structlog.get_logger()

SOON = timedelta(seconds=5)
OFTEN = timedelta(seconds=20)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SWEEP_CHECK = timedelta(seconds=1)


class Ticks:
    """The acts of all ticks; those that need the workspace wait for the first connection to Slack."""

    def __init__(
        self, courier: Courier, wake: Callable[[], None], look_at_policy: Callable[[], bool]
    ) -> None:
        self._courier = courier
        self._look_at_policy = look_at_policy
        self._wake = wake
        self._watch = Watch(courier.ctx)
        self._workspace: Context | None = None
        self._has_to_sweep = threading.Event()
        self._has_connected = threading.Event()

    @property
    def _ctx(self) -> Context:
        """The world as it is now: a tick goes by the same policy from its beginning to its end."""
        return self._courier.ctx.snapshot()

    def all(self) -> tuple[Tick, ...]:
        """The ticks with their distances in the application's time."""
        return (
            Tick("policy", SOON, self.read_policy, is_at_start=False, shortest=SWEEP_CHECK),
            Tick("standing", SOON, lambda: in_force.refresh(self._ctx), is_at_start=False),
            Tick("escalation", OFTEN, lambda: self._waking(asdict(escalate.escalate_due(self._ctx)))),
            Tick("expiry", MINUTE, lambda: self._waking({"closed": expire.expire_due(self._ctx)})),
            Tick("asks", OFTEN, self.ask_by_name),
            Tick("trials", OFTEN, self.put_in_trials),
            Tick("redraw", MINUTE, lambda: self._waking(redraw.redraw_due(self._ctx))),
            Tick("watch", OFTEN, self.watch),
            Tick("measures", HOUR, lambda: self._waking(hourly.measure_due(self._ctx)), is_at_start=False),
            # Behind the measures: it rests on skills that they have measured.
            Tick("pauses", HOUR, self.propose_pauses, is_at_start=False),
            Tick("digests", MINUTE, self.queue_digests),
            Tick("members", 5 * MINUTE, self.refresh_members, shortest=MINUTE / 2),
            Tick("newcomers", SOON, self.meet_newcomers, shortest=SOON),
            Tick(
                "undelivered",
                MINUTE,
                lambda: self._waking(undelivered_news.tell_teams(self._ctx)),
                is_at_start=False,
            ),
            Tick("sweep", SWEEP_CHECK, self.sweep, shortest=SWEEP_CHECK),
            # Until an upgrade is complete: rows of an earlier version get what this version added.
            Tick("origins", OFTEN, lambda: earlier_rows.fill_origins(self._ctx)),
            Tick("record", OFTEN, lambda: earlier_rows.take_in(self._ctx)),
            Tick("anchor", 10 * MINUTE, self.cast_anchor, is_at_start=False),
            Tick("retention", HOUR, lambda: retention.forget_due(self._ctx), is_at_start=False),
        )

    def know_workspace(self, ctx: Context) -> None:
        """Slack is connected: from now on it is clear in which workspace, and who we are there."""
        self._workspace = ctx
        self._has_connected.set()
        self.sweep_soon()

    def sweep_soon(self) -> None:
        """Look again at what may have changed in Slack while nobody listened."""
        self._has_to_sweep.set()

    def read_policy(self) -> Figures:
        """Take up the policy that is active; the members of new channels are fetched at once."""
        if not self._look_at_policy():
            return {}
        self.sweep_soon()
        self.refresh_members()
        return self._waking({"taken_up": 1})

    def watch(self) -> Figures:
        """Revoke the certified thresholds that audits speak against."""
        # Before the look: to it, what nobody answered in time is silent unless others are being asked.
        follow_up.draw_due(self._ctx)
        return self._waking(self._watch.revoke_due())

    def queue_digests(self) -> Figures:
        """Queue the weekly digests that are due."""
        return self._waking({"queued": weekly.queue_due(self._ctx)})

    def ask_by_name(self) -> Figures:
        """Ask for second opinions and about what nobody answered; whose workspace ours is says of whom."""
        if self._workspace is None:
            return {}
        ctx = self._workspace.snapshot()
        follow_up.draw_due(ctx)
        return self._waking({"asked": ask.ask_due(ctx), "asked_again": follow_up.ask_again_due(ctx)})

    def put_in_trials(self) -> Figures:
        """Announce checks and put some in; no figures: a line in the log would give them away."""
        ctx = self._ctx
        self._waking({"announced": notice.announce(ctx), "put_in": put_in.put_in_due(ctx)})
        return {}

    def propose_pauses(self) -> Figures:
        """Propose pauses of experts; whose workspace ours is decides who would remain."""
        if self._workspace is None:
            return {}
        return self._waking({"pauses": pauses.propose_due(self._workspace.snapshot())})

    def refresh_members(self) -> Figures:
        """Fetch who is where."""
        if self._workspace is None:
            return {}
        return self._waking(Memberships(self._workspace.snapshot(), self._courier.gateway).refresh())

    def meet_newcomers(self) -> Figures:
        """Ask who the people are that were just seen for the first time."""
        if self._workspace is None:
            return {}
        return self._waking(Memberships(self._workspace, self._courier.gateway).meet())

    def sweep(self) -> Figures:
        """Want all channels read and try what is held, once after each time that nobody listened.

        After a connection with maybe another token, what was given up is tried, too.
        """
        if self._workspace is None or not self._has_to_sweep.is_set():
            return {}
        # Before the look: a gap that ends while it goes on wants another.
        self._has_to_sweep.clear()
        has_connected = self._has_connected.is_set()
        self._has_connected.clear()
        try:
            channels = catch_up.look_again(self._workspace)
            if has_connected:
                tried_again = after_slack_repair.all_repaired(self._workspace, CURABLE)
            else:
                tried_again = after_slack_repair.look_again(self._workspace)
        except StorageError:
            if has_connected:
                self._has_connected.set()
            self.sweep_soon()  # it is not on record yet that somebody has to look
            raise
        return self._waking({"channels": channels, "tried_again": tried_again})

    def cast_anchor(self) -> Figures:
        """Log how far the record reaches, for who keeps the log where the database's owner cannot edit it."""
        anchor = record.cast_anchor(self._ctx)
        if anchor is None:
            return {}
        log.info("record.anchored", anchor=anchor)
        return {"anchored": 1}

    def _waking(self, figures: Figures) -> Figures:
        if any(figures.values()):
            self._wake()
        return figures
