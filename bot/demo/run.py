"""Plays the demo: posts predictions, lets simulated experts answer, and waits until all is done."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.demo.examples import HeldOutExample
from bot.demo.experts import Simulation
from bot.demo.report import Report, Run, measure
from bot.demo.stage import DIGITS, NEWCOMER, ONCOLOGY, SKILLS, Stage

STEP_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Script:
    """What a demo plays: the predictions, the seed, the share that simulated experts answer, and the pace.

    `spread_seconds` is the real time over which the predictions are posted.
    """

    examples: Sequence[HeldOutExample]
    seed: int
    answered_share: float
    spread_seconds: float


@dataclass
class Play:
    """A running demo."""

    stage: Stage
    script: Script
    posted: int = 0
    failure: BaseException | None = None
    _examples: dict[str, HeldOutExample] = field(default_factory=dict)
    _reviewed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._simulation = Simulation(
            self.stage.sandbox.url, SKILLS, self._examples, self.script.seed, self.script.answered_share
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
        """What has happened until now. Raises whatever broke the posting or the simulation."""
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
            )
        )

    def is_complete(self, report: Report) -> bool:
        """Whether everything was posted, decided, called back, and the digest was shown."""
        counts = report.counts
        return (
            self.posted == len(self.script.examples)
            and counts.decided == counts.reviewed
            and counts.callbacks_delivered >= counts.decided
            and counts.digests > 0
            and report.lost == 0
        )

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as failure:  # noqa: BLE001 - shown by whoever asks for the report
            self.failure = failure

    def _post_all(self) -> None:
        pause = self.script.spread_seconds / max(1, len(self.script.examples))
        for example in self.script.examples:
            answer = self.stage.poster.post(example, self.stage.clock.now())
            self._examples[answer["case_id"]] = example
            if answer["disposition"] == "review":
                self._reviewed.add(answer["case_id"])
            self.posted += 1
            if self._stopping.wait(pause):
                return

    def _answer_all(self) -> None:
        while not self._stopping.is_set():
            started = time.monotonic()
            self._simulation.step(self.stage.clock.now())
            self._stopping.wait(max(0.05, STEP_SECONDS - (time.monotonic() - started)))
