"""How a harmful label falls on the slices, in words: only what is worse beyond chance."""

from collections.abc import Iterator

from bot.words.numbers import counted
from bot.words.slice_words import slice_place
from routing.evidence.estimate import between
from routing.evidence.harm_rates import HarmKind, HarmRate


def harm_sentences(rows: tuple[HarmRate, ...]) -> Iterator[str]:
    """Where the model misses a harmful label more often than elsewhere, or says it falsely."""
    for row in rows:
        if row.is_proven:
            does = f"misses {row.label}" if row.kind is HarmKind.MISSED else f"says {row.label} falsely"
            reach = between(row.low, row.high, 0)
            yield (
                f"{row.task}, where {slice_place(row.key, row.value)}: the model {does} in {row.rate:.0%} "
                f"({reach}, {counted(row.n, 'answer')}), in {row.elsewhere:.0%} elsewhere."
            )
