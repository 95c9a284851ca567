"""A demo from training to totals, as the terminal sees it."""

import json
import tempfile
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from bot import log
from bot.clock import FastClock, SystemClock
from bot.demo.display import Display, summary
from bot.demo.examples import held_out
from bot.demo.person import HandsRefused
from bot.demo.report import Report
from bot.demo.run import Play
from bot.demo.script import HEADLESS, Mode, Script
from bot.demo.stage import DIGITS, NEWCOMER, Stage, stage
from bot.errors import BotError
from storage.errors import DatabaseUnavailable

STUCK_SECONDS = 180.0
"""Nothing new in that time: a busy machine makes all of it slower, but something still happens."""
REFRESH_SECONDS = 1.0


class DemoIncomplete(BotError):
    """The demo did not come to its end."""


@dataclass(frozen=True, slots=True)
class Performance:
    """What was asked for; `speed` is the clock's, `port` 0 takes a free one for the page."""

    mode: Mode
    cases: int
    seed: int
    speed: float
    port: int
    opens_page: bool
    report_path: Path | None


def perform(asked: Performance) -> None:
    """Play it and print the totals. Raises DemoIncomplete when nothing new happens before its end."""
    console, mode = Console(), asked.mode
    console.print("Training two models on scikit-learn's digits and breast-cancer data.", soft_wrap=True)
    script = Script(held_out(asked.cases, asked.seed), asked.seed, mode.answered_share, mode.spread_seconds)
    console.print("Starting a local Slack and Second Look.\n", soft_wrap=True)
    with _started(FastClock(SystemClock().now(), asked.speed), mode, asked.port) as started:
        _announce(console, started, opens_page=asked.opens_page)
        play = Play(started, script)
        play.start()
        try:
            report = _to_the_end(play, console) if mode is HEADLESS else _watch(play, console)
        finally:
            play.stop()
    _conclude(console, report, asked.report_path)


@contextmanager
def _started(clock: FastClock, mode: Mode, port: int) -> Iterator[Stage]:
    """The stage in a folder that goes when the demo ends; the log goes to a file there."""
    with tempfile.TemporaryDirectory(prefix="secondlook-demo-") as name:
        folder = Path(name)
        with (folder / "demo.log").open("w", encoding="utf-8") as stream:
            log.configure(stream)
            with stage(folder, clock, mode, port) as started:
                yield started


def _announce(console: Console, started: Stage, *, opens_page: bool) -> None:
    page = f"{started.sandbox.url}/?as={NEWCOMER}#{DIGITS}"
    console.print(f"The page:    [link={page}]{page}[/link]", soft_wrap=True)
    console.print(f"The webhook: {started.application.url}/docs", soft_wrap=True)
    if opens_page:
        webbrowser.open(page)


def _watch(play: Play, console: Console) -> Report:
    words = "Answer what waits in #digits-experts and #oncology-experts. Ctrl+C ends the demo.\n"
    console.print(words, soft_wrap=not console.is_terminal)
    with Display(console, len(play.script.examples)) as display, suppress(KeyboardInterrupt):
        for _ in _reports(play, display):
            pass
    return play.report()


def _to_the_end(play: Play, console: Console) -> Report:
    last, changed_at = None, time.monotonic()
    with Display(console, len(play.script.examples)) as display:
        for report in _reports(play, display):
            if report is not None and play.is_complete(report):
                return report
            if report is not None and play.is_settled(report):
                play.advance_to_digest()
            if report is not None and report != last:
                last, changed_at = report, time.monotonic()
            elif time.monotonic() - changed_at > STUCK_SECONDS:
                break
    so_far = last.as_json() if last else {}
    raise DemoIncomplete(f"Nothing new for {STUCK_SECONDS:.0f} s: {so_far} {play.refusals}")


def _reports(play: Play, display: Display) -> Iterator[Report | None]:
    """A report each second, shown; None where a busy machine does not give it."""
    while True:
        try:
            report = play.report()
        except (HandsRefused, DatabaseUnavailable):
            yield None
        else:
            display.show(play.posted, report)
            yield report
        time.sleep(REFRESH_SECONDS)


def _conclude(console: Console, report: Report, path: Path | None) -> None:
    console.print(summary(report))
    if path is not None:
        path.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
        console.print(f"Written to {path}.", soft_wrap=True)
