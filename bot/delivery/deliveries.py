"""All that sends: its threads, their wake-up, and what they share."""

import os
import socket
import time
from functools import partial

from bot.delivery.callbacks.callback_sender import CallbackSender
from bot.delivery.callbacks.callback_session import CallbackSession
from bot.delivery.digest.digest_sender import DigestSender
from bot.delivery.history.missed_in_channel import HistoryReader
from bot.delivery.history.thread_history import ThreadReader
from bot.delivery.messages.message_sender import ProjectionSender
from bot.delivery.notices.ask_sender import AskSender
from bot.delivery.notices.news_sender import NewsSender
from bot.delivery.notices.notice_sender import NoticeSender
from bot.delivery.notices.pause_sender import PauseSender
from bot.delivery.sender.attempts import Courier
from bot.delivery.sender.durations import Tempo
from bot.delivery.sender.repeating_threads import Loop, Wake
from bot.delivery.sender.slack_health import SlackHealth
from bot.outages.database_health import DatabaseHealth
from bot.settings import Secrets
from bot.slack.api.gateway import SlackGateway
from bot.usecases.context import Context

SENDERS = 4
CALLBACK_SENDERS = 4
NOTICE_SENDERS = 2
STOP_SECONDS = 4.0


class Deliveries:
    """The sending threads of a process; `wake` makes all of them look at once.

    `wake_messages` wakes those that show cases only: what services post leaves nothing else to deliver.
    """

    def __init__(
        self,
        ctx: Context,
        gateway: SlackGateway,
        tempo: Tempo,
        secrets: Secrets,
        database: DatabaseHealth | None = None,
    ) -> None:
        self.health = SlackHealth(tempo.hold_for.total_seconds())
        self.wake_messages, self._wake_others = Wake(), Wake()
        # The new id, too: in containers every process has the same number, and a host's name may come back.
        owner = f"{socket.gethostname()}:{os.getpid()}:{ctx.new_id('p')}"
        self.courier = Courier(ctx, gateway, tempo, self.health)

        def session(service: str) -> CallbackSession:
            # Asked at each callback, not kept: the policy may be another one by then.
            policy = ctx.policy
            sender = policy.services.get(service)
            ca_file, proxy = (sender.ca_file, sender.proxy) if sender else (None, None)
            return CallbackSession(allow_private=policy.allow_private_callbacks, ca_file=ca_file, proxy=proxy)

        callbacks = CallbackSender(ctx, secrets, session, owner, speed=tempo.speed)
        notices = NoticeSender(self.courier, owner)
        messages = ProjectionSender(self.courier, self.wake_messages, owner)
        loop = partial(Loop, database=database or DatabaseHealth(ctx.database.ping))
        self._loops = (
            loop("messages", messages.wait_and_step, self.wake_messages, threads=SENDERS),
            loop("notices", notices.step, self._wake_others, threads=NOTICE_SENDERS),
            loop("digests", DigestSender(self.courier, owner).step, self._wake_others),
            loop("histories", HistoryReader(self.courier, owner).step, self._wake_others),
            loop("threads", ThreadReader(self.courier, owner).step, self._wake_others),
            loop("news", NewsSender(self.courier, owner).step, self._wake_others),
            loop("asks", AskSender(self.courier, owner).step, self._wake_others),
            loop("pauses", PauseSender(self.courier, owner).step, self._wake_others),
            loop("callbacks", callbacks.step, self._wake_others, threads=CALLBACK_SENDERS),
        )

    def wake(self) -> None:
        """Let every thread look for work."""
        self.wake_messages()
        self._wake_others()

    def start(self) -> None:
        """Start the threads."""
        for loop in self._loops:
            loop.start()

    def stop(self) -> bool:
        """End each thread after what it is doing; whether all ended in time."""
        for loop in self._loops:
            loop.ask_to_stop()
        for wake in (self.wake_messages, self._wake_others):
            wake.end()
        ends = time.monotonic() + STOP_SECONDS
        return all(loop.join(max(0.0, ends - time.monotonic())) for loop in self._loops)
