"""What was learned from the cases that were put in, in words: whether anybody looks, and who is right."""

from collections.abc import Iterator, Sequence

from bot.words.limit_words import place_words
from bot.words.numbers import counted
from routing.evidence.oversight import Caught, GoldShare, Oversight


def oversight_line(oversight: Oversight | None) -> str:
    """The proof that people look, in a sentence; empty where nothing was planted."""
    if oversight is None:
        return ""
    who = "This channel" if oversight.is_here else "Experts"
    return f"{who} caught {_share(oversight.whole)}."


def tier_sentences(oversight: Oversight | None) -> Iterator[str]:
    """The same of each tier, with what was not answered in time."""
    for row in oversight.tiers if oversight else ():
        missed = f"; {counted(row.unanswered, 'more', 'more')} not answered in time" if row.unanswered else ""
        share = f"caught {_share(row.share)}" if row.share.planted else "nothing planted was answered"
        yield f"{place_words(row.task, row.tier)}: {share}{missed}."


def gold_sentences(shares: Sequence[GoldShare]) -> Iterator[str]:
    """How often people are right where the answer is settled, by task."""
    for row in shares:
        people = counted(row.experts, "person", "people")
        yield (
            f"{row.task}: {row.right:,} of {row.n:,} answers to cases whose answer is settled were "
            f"right ({_between(row.low, row.high)}), by {people}."
        )


def _share(share: Caught) -> str:
    return f"{share.caught:,} of {share.planted:,} planted errors ({_between(share.low, share.high)})"


def _between(low: float, high: float) -> str:
    return f"between {low * 100:.0f} and {high * 100:.0f} %"
