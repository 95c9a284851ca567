"""Where a replay cannot say: what would be accepted and was never looked at, or tiers never seen."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from routing.evidence.plan import Outcome, Rerouting, TierKey

LEAST_IN_SLICE = 30
"""Smaller slices are not warned of."""
GROWTH = 1.25
"""A channel with more cases than so many times the logged ones will be slower than logged."""


def doubts(rerouted: Sequence[Rerouting], after: Outcome) -> tuple[str, ...]:
    """What the logged data cannot say about the other policy, each with what to do."""
    accepted = [row for row in rerouted if row.after.is_accepted]
    return (
        *_never_watched(accepted),
        *_without_labels(accepted),
        *_slices_without_labels(accepted),
        *_newly_without_labels(accepted),
        *_unanswered(accepted),
        *_new_tiers(rerouted),
        *_unknown_times(after),
        *_busier(rerouted, after),
    )


def _name(key: TierKey) -> str:
    return f"{key[0]} ({key[1]})"


def _never_watched(accepted: Sequence[Rerouting]) -> Iterator[str]:
    total = Counter((row.task, row.after.tier) for row in accepted)
    unseen = Counter((row.task, row.after.tier) for row in accepted if not row.inclusion_probability)
    for key in sorted(unseen):
        yield (
            f"{_name(key)}: {unseen[key]} of the {total[key]} that would go through had no chance to be "
            "looked at, so nobody knows how many are wrong; set `audit`, and replay when answers are in"
        )


def _without_labels(accepted: Sequence[Rerouting]) -> Iterator[str]:
    """Tiers, and within them chances of review, of which nothing is labeled."""
    received, labeled = Counter[tuple[TierKey, float]](), Counter[tuple[TierKey, float]]()
    for row in accepted:
        place = (row.task, row.after.tier), row.inclusion_probability
        received[place] += 1
        labeled[place] += row.is_labeled
    for (key, chance), number in sorted(received.items()):
        if chance and not labeled[key, chance]:
            yield (
                f"{_name(key)}: none of the {number} that would go through, and were looked at with a chance "
                f"of {100 * chance:.4g} %, is answered; wait for their answers or raise `audit`"
            )


def _slices_without_labels(accepted: Sequence[Rerouting]) -> Iterator[str]:
    received, labeled = Counter[tuple[TierKey, str]](), Counter[tuple[TierKey, str]]()
    has_labels = defaultdict[TierKey, bool](bool)
    for row in accepted:
        key = row.task, row.after.tier
        has_labels[key] |= row.is_labeled
        for name, value in row.slices.items():
            received[key, f"{name}={value}"] += 1
            labeled[key, f"{name}={value}"] += row.is_labeled
    for (key, name), number in sorted(received.items()):
        if has_labels[key] and number >= LEAST_IN_SLICE and not labeled[key, name]:
            yield (
                f"{_name(key)}: none of the {number} of {name} that would go through is answered; "
                "more may be wrong there than elsewhere, or less"
            )


def _newly_without_labels(accepted: Sequence[Rerouting]) -> Iterator[str]:
    """Tiers of which nothing is labeled that only the other policy accepts."""
    added, labeled = Counter[TierKey](), Counter[TierKey]()
    for row in accepted:
        if not row.baseline.is_accepted:
            added[row.task, row.after.tier] += 1
            labeled[row.task, row.after.tier] += row.is_labeled
    for key in sorted(added):
        if not labeled[key]:
            yield (
                f"{_name(key)}: none of the {added[key]} that would go through besides those that do now is "
                "answered, so nothing tells what they would cost; wait for their answers"
            )


def _unanswered(accepted: Sequence[Rerouting]) -> Iterator[str]:
    asked = sum(row.before.is_reviewed for row in accepted)
    silent = asked - sum(row.is_labeled for row in accepted)
    if asked and silent > asked / 10:
        yield (
            f"{silent} of the {asked} that would go through and that were looked at have no answer yet; "
            "they are taken to be like the answered"
        )


def _new_tiers(rerouted: Sequence[Rerouting]) -> Iterator[str]:
    seen = {(row.task, row.before.tier) for row in rerouted}
    moved = Counter((row.task, row.after.tier) for row in rerouted)
    for key in sorted(moved.keys() - seen):
        yield (
            f"{_name(key)} is new: {moved[key]} predictions would belong to it, and how long experts take "
            "there is taken from their channel"
        )


def _unknown_times(after: Outcome) -> Iterator[str]:
    for load in after.channels:
        if load.late is None:
            yield (
                f"#{load.channel}: too few decisions are logged there to expect how many of its {load.cases} "
                "cases would be late"
            )


def _busier(rerouted: Sequence[Rerouting], after: Outcome) -> Iterator[str]:
    logged = Counter(row.before.channel for row in rerouted if row.before.is_reviewed)
    for load in after.channels:
        was = logged[load.channel]
        if was and load.cases > GROWTH * was:
            yield (
                f"#{load.channel} would get {load.cases} cases instead of {was}; times to a decision "
                "were logged at the lower number, so expect more late ones"
            )
