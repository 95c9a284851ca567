"""Measures what was learned from the cases that were put in: of planted ones, and of gold ones."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from routing.evidence.oversight import Caught, GoldShare, Oversight, TierOversight
from routing.policy import Policy, Team
from storage.trials.outcomes import GoldAnswer, PlantedCount


def oversight(policy: Policy, team: Team, counts: Sequence[PlantedCount]) -> Oversight | None:
    """How many planted errors the team's experts caught; None where none is answered."""
    planted = sum(count.planted for count in counts)
    if not planted:
        return None
    tiers = [
        TierOversight(count.task, count.tier, _caught(count.caught, count.planted), count.unanswered)
        for count in counts
    ]
    channels = {
        tier.channel
        for count in counts
        if count.task in policy.tasks and (tier := policy.tasks[count.task].named_tier(count.tier))
    }
    whole = _caught(sum(count.caught for count in counts), planted)
    return Oversight(whole, tuple(tiers), channels == {team.channel})


def gold_shares(answers: Sequence[GoldAnswer]) -> Iterator[GoldShare]:
    """How often people answered gold cases right, by task."""
    # Numpy and what belongs to it are loaded where a digest is made, and nowhere before.
    from routing.measures.intervals import clopper_pearson

    for task, of_task in groupby(sorted(answers, key=attrgetter("task")), key=attrgetter("task")):
        own = list(of_task)
        right = sum(answer.is_right for answer in own)
        interval = clopper_pearson(right, len(own))
        people = {answer.expert.user_id for answer in own}
        yield GoldShare(task, right, len(own), len(people), interval.low, interval.high)


def _caught(caught: int, planted: int) -> Caught:
    from routing.measures.intervals import clopper_pearson

    interval = clopper_pearson(caught, planted)
    return Caught(caught, planted, interval.low, interval.high)
