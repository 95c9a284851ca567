"""What was not answered in time, in words: how many were asked again, and how many answered then."""

from collections.abc import Iterator

from bot.words.numbers import counted
from routing.digest.model_quality import AskedAgain


def asked_again_sentences(rows: tuple[AskedAgain, ...]) -> Iterator[str]:
    """A sentence for each task."""
    for row in rows:
        drawn = "" if row.asked == row.silent else ", drawn at random to stand for all of them"
        yield (
            f"{row.task}: {counted(row.silent, 'case')} not answered in time; {row.asked:,} asked of another "
            f"person{drawn}, {row.answered:,} answered since."
        )
