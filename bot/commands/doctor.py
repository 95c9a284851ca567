"""`secondlook doctor`: is everything in place, and what to do where it is not."""

import sys

import click
from rich.console import Console
from rich.text import Text

from bot.clock import SystemClock
from bot.commands.options import settings_option
from bot.doctor.finding import CheckFinding, CheckStatus, has_failed
from bot.settings import Settings

MARKS = {CheckStatus.OK: ("✓", "green"), CheckStatus.WARN: ("!", "yellow"), CheckStatus.FAIL: ("✗", "red")}


@click.command()
@settings_option
def doctor(settings: Settings) -> None:
    """Check tokens, scopes, channels, policy, database and callbacks.

    Says for each what is wrong and how to mend it; exit status 1 if anything is in the way of running.
    Changes nothing, posts nothing, prints no secret.
    """
    from bot.doctor.examination import examine

    console = Console(highlight=False, soft_wrap=True)
    findings = []
    for finding in examine(settings, SystemClock().wall()):
        console.print(line(finding))
        findings.append(finding)
    console.print(conclusion(findings))
    if has_failed(findings):
        sys.exit(1)


def line(finding: CheckFinding) -> Text:
    """A finding as it is printed: mark, name, what, and the mend below."""
    mark, color = MARKS[finding.status]
    text = Text.assemble((f"{mark} ", color), (f"{finding.name:<20} ", "bold"), indented(finding.what))
    if finding.mend:
        text.append(f"\n    → {finding.mend}", "cyan")
    return text


def indented(text: str) -> str:
    """A text of several lines as a block of its own; a single line as it is."""
    lines = text.splitlines()
    return "".join(f"\n    {row}" for row in lines) if len(lines) > 1 else text


def conclusion(findings: list[CheckFinding]) -> str:
    """The last line: what is next."""
    wrong = sum(finding.status is CheckStatus.FAIL for finding in findings)
    if wrong:
        return f"\n{wrong} in the way of running; the arrows say what to do."
    return "\nNothing in the way: `secondlook serve`."
