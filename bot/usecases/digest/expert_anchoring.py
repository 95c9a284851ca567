"""Measures whether the experts of each task follow the model because they see its answer."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from routing.evidence.expertise import Arm, TaskAnchoring
from storage.evidence.blind_arms import BlindArm

NOTHING = Arm(0, 0)


def task_anchorings(arms: Sequence[BlindArm]) -> Iterator[TaskAnchoring]:
    """Of every task some of whose predictions chance hid; its tiers are compared each within itself."""
    # Numpy and what belongs to it are loaded where a digest is made, and nowhere before.
    from routing.measures.expertise.anchoring import anchoring

    for task, of_task in groupby(sorted(arms, key=attrgetter("task", "tier")), key=attrgetter("task")):
        strata = []
        for _, of_tier in groupby(of_task, key=attrgetter("tier")):
            sides = {arm.is_blind: Arm(arm.agreed, arm.drawn) for arm in of_tier}
            strata.append((sides.get(False, NOTHING), sides.get(True, NOTHING)))
        yield TaskAnchoring(task, anchoring(strata))
