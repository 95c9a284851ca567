"""Plays the demo: posts predictions, lets simulated experts answer, and waits until all is done."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bot.demo.experts import Simulation
from bot.demo.person import HandsRefused, JsonObject
from bot.demo.report import Report, Run, measure
from bot.demo.script import HeldOutExample, Script
from bot.demo.stage import DIGITS, NEWCOMER, ONCOLOGY, SKILLS, URGENT, Stage
from bot.demo.traffic import NoAnswer

STEP_SECONDS = 0.25


@dataclass
class Play:
    """A running demo."""

    stage: Stage
    script: Script
    posted: int = 0
    failure: BaseException | None = None
    _examples: dict[str, HeldOutExample] = field(default_factory=dict)
    _reviewed: set[str] = field(default_factory=set)
    _urgent: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._simulation = Simulation(
            self.stage.sandbox.url,
            SKILLS,
            self._examples,
            self.script.seed,
            self.script.answered_share,
            self._urgent,
            self.stage.mode.quorum,
        )
        self._threads = [
            threading.Thread(target=self._guarded, args=(act,), name=f"demo-{act.__name__}", daemon=True)
            for act in (self._post_all, self._answer_all)
        ]

    def start(self) -> None:
        """Begin to post and to answer."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End both."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=10)

    @property
    def refusals(self) -> Sequence[str]:
        """What simulated experts were refused."""
        return tuple(self._simulation.refusals)

    def report(self) -> Report:
        """What has happened until now. Raises what `measure` does, and whatever broke the posting."""
        if self.failure is not None:
            raise self.failure
        return measure(
            Run(
                database=self.stage.application.ctx.database,
                slack_url=self.stage.sandbox.url,
                reader_id=NEWCOMER,
                channels=(DIGITS, ONCOLOGY),
                examples=dict(self._examples),
                reviewed=frozenset(self._reviewed),
                callbacks=self.stage.receiver.log,
                stats=self.stage.sandbox.stats(),
            )
        )

    def is_settled(self, report: Report) -> bool:
        """Whether everything was posted, decided and called back."""
        counts = report.counts
        return (
            self.posted == len(self.script.examples)
            and counts.decided == counts.reviewed
            and counts.callbacks_delivered >= counts.decided
            and report.lost == 0
        )

    def is_complete(self, report: Report) -> bool:
        """Whether the digest was made as well."""
        return self.is_settled(report) and report.error is not None

    def advance_to_digest(self) -> None:
        """Let the digest be due now, unless it was already."""
        self.stage.clock.advance_to(self.stage.digest_at)

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as failure:  # noqa: BLE001 - shown by whoever asks for the report
            self.failure = failure

    def _post_all(self) -> None:
        pause = self.script.spread_seconds / max(1, len(self.script.examples))
        for example in self.script.examples:
            if (answer := self._answer_to(example)) is None:
                return
            if answer["tier"] == URGENT:
                self._urgent.add(answer["case_id"])
            if answer["disposition"] == "review":
                self._reviewed.add(answer["case_id"])
            self._examples[answer["case_id"]] = example
            self.posted += 1
            if self._stopping.wait(pause):
                return

    def _answer_to(self, example: HeldOutExample) -> JsonObject | None:
        """What the webhook says to it, posted unchanged until it says something; None once the demo ends."""
        occurred_at = self.stage.clock.now()
        while not self._stopping.is_set():
            try:
                return self.stage.poster.post(example, occurred_at)
            except NoAnswer:
                self._stopping.wait(STEP_SECONDS)
        return None

    def _answer_all(self) -> None:
        while not self._stopping.is_set():
            started = time.monotonic()
            with suppress(HandsRefused):  # the local Slack shows nothing now: the next step looks again
                self._simulation.step(self.stage.clock.now())
            self._stopping.wait(max(0.05, STEP_SECONDS - (time.monotonic() - started)))
