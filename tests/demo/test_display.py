"""Proves that what the demo prints can be read in a file as well as in a terminal."""

import io

from rich.console import Console

from bot.demo.display import LINE_EVERY, Display
from bot.demo.report import Accuracy, Report
from storage.evidence.digest_facts import Counts


def report(decided: int) -> Report:
    fields = dict.fromkeys(Counts.__dataclass_fields__, 0)
    counts = Counts(**{**fields, "reviewed": 40, "decided": decided})
    return Report(counts, 0, 0, 0, 0, 0, 0, Accuracy(0.9, 0.95))


def printed(*, is_terminal: bool) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=60, force_terminal=is_terminal)
    with Display(console, cases=120) as display:
        for state in range(LINE_EVERY + 1):
            display.show(state, report(state))
    return stream.getvalue()


def test_a_file_gets_a_whole_line_now_and_then_and_no_moving_picture() -> None:
    lines = printed(is_terminal=False).splitlines()
    assert [line.split("  ·  ")[:2] for line in lines] == [
        ["posted 0/120", "decided 0/40"],
        [f"posted {LINE_EVERY}/120", f"decided {LINE_EVERY}/40"],
    ]


def test_a_terminal_gets_bars_that_move() -> None:
    shown = printed(is_terminal=True)
    assert "Cases decided" in shown
    assert "\x1b[" in shown
