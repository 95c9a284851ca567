"""What the terminal shows while the demo runs, and at its end."""

from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from bot.demo.report import Report

LINE_EVERY = 10
"""Written to a file, every so many states make a line: a file has no moving picture."""


class Display:
    """Two bars, posted and decided, above the counts of what happened; a context manager."""

    def __init__(self, console: Console, cases: int) -> None:
        self._console = console
        self._cases = cases
        self._states = 0
        self._progress = Progress(
            TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), console=console
        )
        self._posted = self._progress.add_task("Predictions posted", total=cases)
        self._decided = self._progress.add_task("Cases decided", total=None)
        self._live = Live(console=console, auto_refresh=False)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, posted: int, report: Report) -> None:
        """Show the present state."""
        if self._console.is_terminal:
            self._move(posted, report)
        elif self._states % LINE_EVERY == 0:
            bars = (
                f"posted {posted}/{self._cases}  ·  decided {report.counts.decided}/{report.counts.reviewed}"
            )
            self._console.print(Text.assemble(bars, "  ·  ", _line(report)), soft_wrap=True)
        self._states += 1

    def _move(self, posted: int, report: Report) -> None:
        counts = report.counts
        self._progress.update(self._posted, completed=posted)
        self._progress.update(self._decided, completed=counts.decided, total=counts.reviewed or None)
        self._live.update(Group(self._progress, _line(report)), refresh=True)


def _line(report: Report) -> Text:
    counts = report.counts
    parts = {
        "accepted": counts.auto_accepted,
        "audited": counts.audited,
        "labels": counts.labels,
        "callbacks": counts.callbacks_delivered,
        "reminders": counts.reminders,
        "escalations": counts.escalations,
        "digests": counts.digests,
    }
    return Text("  ·  ".join(f"{name} {count}" for name, count in parts.items()))


def summary(report: Report) -> Table:
    """The totals of a run, with what they mean."""
    counts, accuracy = report.counts, report.accuracy
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    rows = [
        ("Predictions", f"{counts.cases}: {counts.auto_accepted} accepted, {counts.reviewed} reviewed"),
        ("Audited", f"{counts.audited} of those that would have been accepted"),
        (
            "Decided",
            f"{counts.decided} from {counts.labels} labels, {counts.with_rationale} with a rationale",
        ),
        ("Callbacks", f"{counts.callbacks_delivered} delivered"),
        (
            "Nudges",
            f"{counts.reminders} reminders, {counts.escalations} escalations, {counts.digests} digests",
        ),
        ("Slack", f"{report.posted} posted, {report.updated} updated, {report.rejected} refused"),
        ("Lost, duplicated", f"{report.lost}, {report.duplicated}"),
        ("Right labels", f"model alone {accuracy.model_alone:.1%}, after review {accuracy.after_review:.1%}"),
    ]
    for name, value in rows:
        table.add_row(Text(name, style="bold"), value)
    return table
