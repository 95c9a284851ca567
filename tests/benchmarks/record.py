"""What the seals of rows cost of a webhook answer: the same intake with and without them."""

from collections.abc import Iterator

from tests.benchmarks.figure import Figure, at_most
from tests.benchmarks.intake import beside
from tests.benchmarks.load import post_all, requests

ROUNDS = 8
REQUESTS = 1_200
MOST = 10.0  # per cent


def measure() -> Iterator[Figure]:
    """The share on SQLite, and on PostgreSQL where it can be started."""
    yield from beside("unsealed", _figure)


def _figure(dialect: str, unsealed: int, sealed: int, connections: int) -> Figure:
    """The fastest round of each: what else the machine does only ever slows one. They take turns."""
    count = REQUESTS if connections > 1 else REQUESTS // 4
    rates: dict[int, list[float]] = {unsealed: [], sealed: []}
    for number in range(ROUNDS):
        made = requests(f"{connections}-{number}", count)
        for port in (unsealed, sealed) if number % 2 else (sealed, unsealed):
            rates[port].append(post_all(port, made, connections).rate)
    without, whole = max(rates[unsealed]), max(rates[sealed])
    name = f"seals of a webhook answer, {dialect}, {connections} at once"
    shown = f"without {without:.0f}/s; with {whole:.0f}/s"
    return at_most(name, 100 * (1 - whole / without), MOST, "%", shown)
