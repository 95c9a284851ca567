"""Proves that the demo runs to its end, and that a newcomer can answer a case in the page."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect, sync_playwright

from bot.clock import FastClock, SystemClock
from bot.demo.command import demo
from bot.demo.examples import held_out
from bot.demo.run import Play
from bot.demo.script import CAPACITY, WATCHED, Script
from bot.demo.stage import DIGITS, NEWCOMER, Stage, stage
from tests.commands.imports import heavy_imports
from tests.demo.verify_report import complaints
from tests.patience import PATIENCE

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def test_a_headless_demo_loses_nothing_and_says_so_in_its_report(tmp_path: Path) -> None:
    report = headless(tmp_path / "out.json", 7, 100)
    assert complaints(report) == []
    assert report["cases"] == 100


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 11))
def test_the_digest_of_the_demo_holds_the_true_error_whatever_the_seed(tmp_path: Path, seed: int) -> None:
    assert complaints(headless(tmp_path / "report.json", seed, 200)) == []


def headless(path: Path, seed: int, cases: int) -> Any:
    command = [str(Path(sys.executable).parent / "secondlook"), "demo", "--headless", "--seed", str(seed)]
    options = ["--cases", str(cases), "--speed", "600", "--report", str(path)]
    result = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(path.read_text())


def test_the_demo_speaks_before_it_imports_what_takes_seconds() -> None:
    at_the_first_word = "import click\nclick.echo = lambda words: exit(0 if 'Second Look' in words else 1)"
    assert heavy_imports(["demo"], at_the_first_word) == set()


def test_more_cases_than_there_are_data_are_refused_in_words() -> None:
    result = CliRunner().invoke(demo, ["--cases", str(CAPACITY + 1)])
    assert result.exit_code == 2
    assert str(CAPACITY) in result.output


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Stage]:
    # As time goes: at the demo's own pace Undo is over in ten seconds, before a busy machine has shown it.
    with stage(tmp_path, FastClock(SystemClock().now(), 1.0), replace(WATCHED, pace=10.0), 0) as started:
        yield started


@pytest.fixture
def page(started: Stage) -> Iterator[Page]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no Chromium on this machine: the page cannot be shown")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page()
        page.goto(f"{started.sandbox.url}/?as={NEWCOMER}#{DIGITS}")
        yield page
        browser.close()


def test_a_newcomer_answers_a_case_in_the_page_with_one_click(started: Stage, page: Page) -> None:
    play = Play(started, Script(held_out(20, seed=7), seed=7, answered_share=0.0, spread_seconds=0.0))
    play.start()
    confirm = page.get_by_role("button", name="Confirm").first
    expect(confirm).to_be_visible(timeout=1000 * PATIENCE)
    confirm.click()
    expect(page.get_by_role("button", name="Undo").first).to_be_visible(timeout=1000 * PATIENCE)
    play.stop()
    report = play.report()
    assert (report.counts.labels, report.counts.decided) == (1, 1)
