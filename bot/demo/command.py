"""`secondlook demo`: the whole loop on this machine, with a real model and a page in the browser."""

import json
import tempfile
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from bot import log
from bot.clock import FastClock, SystemClock
from bot.demo.display import Display, summary
from bot.demo.examples import CAPACITY, held_out
from bot.demo.report import Report
from bot.demo.run import Play, Script
from bot.demo.stage import DIGITS, NEWCOMER, Stage, stage
from bot.errors import BotError

LONGEST_HEADLESS_SECONDS = 420.0
REFRESH_SECONDS = 1.0


class DemoIncomplete(BotError):
    """The demo did not come to its end."""


@dataclass(frozen=True, slots=True)
class Mode:
    """How a demo is played; `speed` is the clock's, `pace` the messages a second in a channel."""

    speed: float
    pace: float
    spread_seconds: float
    answered_share: float


WATCHED = Mode(speed=60.0, pace=1.0, spread_seconds=60.0, answered_share=0.5)
HEADLESS = Mode(speed=240.0, pace=20.0, spread_seconds=0.0, answered_share=1.0)


@click.command()
@click.option("--cases", default=120, show_default=True, type=click.IntRange(1, CAPACITY))
@click.option("--seed", default=7, show_default=True, help="Which held-out items, and how experts answer.")
@click.option(
    "--speed", type=click.FloatRange(1, 3600), help="How fast the clock runs. [default: 60, headless 240]"
)
@click.option("--headless", is_flag=True, help="Simulated experts answer everything; end when all is done.")
@click.option(
    "--report",
    "report_path",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the totals there as JSON.",
)
@click.option("--port", default=0, help="The page's port. [default: a free one]")
@click.option("--browser/--no-browser", default=True, help="Open the page.")
def demo(
    cases: int,
    seed: int,
    speed: float | None,
    report_path: Path | None,
    port: int,
    *,
    headless: bool,
    browser: bool,
) -> None:
    """Train real models, post their predictions, and answer the uncertain ones in a Slack-like page."""
    mode = HEADLESS if headless else WATCHED
    console = Console()
    with console.status("Training two models on scikit-learn's digits and breast-cancer data…"):
        script = Script(held_out(cases, seed), seed, mode.answered_share, mode.spread_seconds)
    clock = FastClock(SystemClock().now(), speed or mode.speed)
    with _started(clock, mode.pace, port) as started:
        _announce(console, started, opens=browser and not headless)
        play = Play(started, script)
        play.start()
        try:
            report = _to_the_end(play, console) if headless else _watch(play, console)
        finally:
            play.stop()
    _conclude(console, report, report_path)


@contextmanager
def _started(clock: FastClock, pace: float, port: int) -> Iterator[Stage]:
    """The stage in a folder that goes when the demo ends; the log goes to a file there."""
    with tempfile.TemporaryDirectory(prefix="secondlook-demo-") as name:
        folder = Path(name)
        with (folder / "demo.log").open("w", encoding="utf-8") as stream:
            log.configure(stream)
            with stage(folder, clock, pace, port) as started:
                yield started


def _announce(console: Console, started: Stage, *, opens: bool) -> None:
    page = f"{started.sandbox.url}/?as={NEWCOMER}#{DIGITS}"
    console.print(f"The page:    [link={page}]{page}[/link]", soft_wrap=True)
    console.print(f"The webhook: {started.application.url}/docs", soft_wrap=True)
    if opens:
        webbrowser.open(page)


def _watch(play: Play, console: Console) -> Report:
    words = "Answer what waits in #digits-experts and #oncology-experts. Ctrl+C ends the demo.\n"
    console.print(words, soft_wrap=not console.is_terminal)
    with Display(console, len(play.script.examples)) as display:
        try:
            while True:
                display.show(play.posted, play.report())
                time.sleep(REFRESH_SECONDS)
        except KeyboardInterrupt:
            return play.report()


def _to_the_end(play: Play, console: Console) -> Report:
    deadline = time.monotonic() + LONGEST_HEADLESS_SECONDS
    with Display(console, len(play.script.examples)) as display:
        while True:
            report = play.report()
            display.show(play.posted, report)
            if play.is_complete(report):
                return report
            if time.monotonic() > deadline:
                raise DemoIncomplete(
                    f"After {LONGEST_HEADLESS_SECONDS:.0f} s: {report.as_json()} {play.refusals}"
                )
            time.sleep(REFRESH_SECONDS)


def _conclude(console: Console, report: Report, path: Path | None) -> None:
    console.print(summary(report))
    if path is not None:
        path.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
        console.print(f"Written to {path}.", soft_wrap=True)
