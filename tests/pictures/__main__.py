"""Plays a demo, and photographs in Chromium what an expert, a lead and a newcomer see.

Chromium and a font with emoji (such as fonts-noto-color-emoji) have to be there.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bot import log
from bot.clock import FastClock, SystemClock
from bot.demo.examples import held_out
from bot.demo.run import Play
from bot.demo.script import WATCHED, Script
from bot.demo.stage import DIGITS, LEADS, NEWCOMER, ONCOLOGY, stage
from tests.pictures import simulated_week
from tests.pictures.dispute import disputed
from tests.scenarios.people import NADIA

FOLDER = Path(__file__).parent
WIDTH, HEIGHT = 1180, 800
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SPEED, PACE = 120.0, 10.0
PATIENCE = 120.0
SHOW = """([selector, words, block]) => {
  const messages = [...document.querySelectorAll(selector)];
  const message = messages.filter((each) => each.textContent.toLowerCase().includes(words)).at(-1);
  message?.scrollIntoView({ block });
  return Boolean(message);
}"""


@dataclass(frozen=True)
class Studio:
    """A local Slack, a browser, and whose eyes it is."""

    browser: Browser
    slack_url: str
    person: str = NEWCOMER

    @contextmanager
    def page(self, place: str, scheme: str = "light", height: int = HEIGHT) -> Iterator[Page]:
        """The page at `place` (`C0DIGITS`, `home`) as the person sees it."""
        context = self.browser.new_context(
            viewport={"width": WIDTH, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            device_scale_factor=1.5,
        )
        page = context.new_page()
        page.goto(f"{self.slack_url}/?as={self.person}#{place}")
        page.wait_for_selector("html[data-ready]")
        page.wait_for_timeout(1500)
        yield page
        context.close()


def shoot(page: Page, name: str) -> None:
    """Save what the page shows."""
    page.screenshot(path=FOLDER / f"{name}.png")
    print(f"{name}.png")


def show_message(page: Page, selector: str, words: str = "", at: str = "center") -> None:
    """Scroll to the last message that has an element matching `selector`, and these words."""
    # In one step inside the page: it draws a message anew whenever that changes, and an element that was
    # looked up before is then no part of it any more.
    page.wait_for_function(SHOW, arg=[f"[data-ts]:has({selector})", words, at])
    page.wait_for_timeout(500)


def open_case(studio: Studio) -> None:
    with studio.page(DIGITS) as page:
        show_message(page, "[data-action-id='choose']")
        shoot(page, "case-light")


def window(studio: Studio) -> None:
    with studio.page(ONCOLOGY) as page:
        page.locator("[data-action-id='label']").last.click()
        page.wait_for_selector("[role='dialog']")
        page.wait_for_timeout(500)
        shoot(page, "window-light")
        page.keyboard.press("Escape")
        page.wait_for_selector("[role='dialog']", state="detached")


def decided(studio: Studio) -> None:
    with studio.page(ONCOLOGY, "dark") as page:
        show_message(page, "[data-action-id]", "it looks like", "start")
        shoot(page, "decided-dark")


def home(studio: Studio) -> None:
    with studio.page("home") as page:
        page.wait_for_timeout(1500)
        shoot(page, "home-light")


def digest(studio: Studio) -> None:
    with studio.page(LEADS, height=1240) as page:
        page.wait_for_selector("[data-ts] img")
        show_message(page, "img, table", at="start")
        shoot(page, "digest-light")


def dispute(browser: Browser, folder: Path) -> None:
    with disputed(folder) as slack, Studio(browser, slack.url, NADIA).page("D0NADIA", height=560) as page:
        shoot(page, "dispute-light")


def digest_picture() -> None:
    """The picture that a digest shows, of a week with enough in it to explain."""
    (FOLDER / "digest-picture.png").write_bytes(simulated_week.picture())
    print("digest-picture.png")


PICTURES: tuple[Callable[[Studio], None], ...] = (open_case, window, decided, home)


def wait_for(done: Callable[[], bool], what: str) -> None:
    """Poll until `done`; ends the program with a sentence when it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            sys.exit(f"No picture: {what} did not happen within {PATIENCE:.0f} s.")
        time.sleep(0.5)


def main() -> None:
    """Make all pictures."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("No picture: install Chromium first.")
    log.configure((Path(tempfile.gettempdir()) / "secondlook-pictures.log").open("w", encoding="utf-8"))
    clock = FastClock(SystemClock().now(), SPEED)
    mode = replace(WATCHED, pace=PACE)
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder), clock, mode, 0) as started:
        play = Play(started, Script(held_out(200, seed=7), seed=7, answered_share=0.8, spread_seconds=5.0))
        play.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            studio = Studio(browser, started.sandbox.url)
            wait_for(lambda: play.report().counts.decided >= 30, "thirty decisions")
            for picture in PICTURES:
                picture(studio)
            wait_for(lambda: play.report().counts.digests > 0, "a digest")
            digest(studio)
            dispute(browser, Path(folder))
            browser.close()
        play.stop()
    digest_picture()


if __name__ == "__main__":
    main()
