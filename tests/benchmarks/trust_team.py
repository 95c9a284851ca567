"""What is put into a simulated team, found by the measures: skill, nodding, fatigue and groups."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from routing.evidence.expertise import Anchoring, Arm
from routing.measures.estimation.design_effect import intraclass_correlation
from routing.measures.expertise.anchoring import anchoring
from routing.measures.expertise.session import session_change
from routing.measures.expertise.skill import skills
from routing.measures.sample import Floats
from tests.benchmarks.figure import Figure, at_least, at_most, told
from tests.benchmarks.parallel import spread
from tests.benchmarks.real_sets import SEED, Bools, RealSet
from tests.benchmarks.trust_experts import most_broken

EXPERTS, SKILLS = 10, (18, 2)
"""Right in 90 % on average, by Beta's parameters."""
GRADED = (5, 20, 60)
NODDING = (0.0, 0.15, 0.3, 0.5)
WRONG_UNSEEN = 0.1
"""How often an expert says the model's wrong label without seeing it."""
SHOWN, HIDDEN = (100, 140), (20, 30)
"""Cases with a wrong prediction of two strata of confidence."""
USUAL, SESSION, WORSE = 0.1, 60, 2.0
"""An expert's error, the answers of a session, and the odds of its second half where they tire."""
COMMON = (0.0, 0.3, 0.7)
GROUPS, GROUP, ERROR = 300, 5, 0.1
MOST_OFF = 0.05


def measure(sets: Sequence[RealSet], replications: int) -> Iterator[Figure]:
    """Whether intervals hold what was put in, and nothing is found where nothing is; no set is needed."""
    least = round(100 * (0.95 - 3 * math.sqrt(0.95 * 0.05 / replications)), 1)
    most = round(100 * most_broken(replications), 1)
    jobs = [(number,) for number in range(replications)]
    rows = np.array(list(spread(_team, jobs, "Team"))).mean(axis=0)
    for count, share in zip(GRADED, rows, strict=False):
        yield at_least(f"skill from {count} graded answers: covered", 100 * float(share), least, "%")
    places = len(GRADED)
    for nods in NODDING:
        covered, proven = 100 * rows[places : places + 2]
        yield at_least(f"nodding {nods:.0%}: covered", float(covered), least, "%")
        name = f"nodding {nods:.0%}: proven"
        yield told(name, float(proven), "%") if nods else at_most(name, float(proven), most, "%")
        places += 2
    steady, tired = 100 * rows[places : places + 2]
    yield at_most("fatigue: found in who does not tire", float(steady), most, "%")
    yield told(f"fatigue: found where the odds are {WORSE:g} x in the second half", float(tired), "%")
    for common, mean in zip(COMMON, rows[places + 2 :], strict=True):
        yield at_most(f"groups, {common:.0%} in common: off by", abs(float(mean) - common), MOST_OFF)


def _team(number: int) -> Floats:
    rng = np.random.default_rng((SEED, 17, number))
    rows = [_skill(count, rng) for count in GRADED]
    for nods in NODDING:
        rows += _nodding(nods, rng)
    rows += [_fatigue(1.0, rng), _fatigue(WORSE, rng)]
    return np.array([*rows, *(_common(share, rng) for share in COMMON)])


def _skill(count: int, rng: np.random.Generator) -> float:
    """The share of experts whose interval holds their skill."""
    true = {f"E{place}": float(rng.beta(*SKILLS)) for place in range(EXPERTS)}
    graded = [(name, "", bool(rng.random() < skill)) for name, skill in true.items() for _ in range(count)]
    return float(np.mean([each.low <= true[each.expert] <= each.high for each in skills(graded)]))


def _nodding(nods: float, rng: np.random.Generator) -> list[float]:
    """Whether the interval holds what seeing adds, and whether it is proven that it adds anything."""
    added = (1 - WRONG_UNSEEN) * nods
    effect = _effect(added, rng)
    assert effect.stratified is not None
    is_proven = effect.p_value is not None and effect.p_value <= 0.05
    return [float(effect.stratified.low <= added <= effect.stratified.high), float(is_proven)]


def _effect(added: float, rng: np.random.Generator) -> Anchoring:
    strata = [
        (_arm(shown, WRONG_UNSEEN + added, rng), _arm(hidden, WRONG_UNSEEN, rng))
        for shown, hidden in zip(SHOWN, HIDDEN, strict=True)
    ]
    return anchoring(strata)


def _arm(drawn: int, share: float, rng: np.random.Generator) -> Arm:
    return Arm(int(rng.binomial(drawn, share)), drawn)


def _fatigue(times: float, rng: np.random.Generator) -> float:
    odds = times * USUAL / (1 - USUAL)
    late = np.arange(SESSION) >= SESSION // 2
    errors: Bools = rng.random(SESSION) < np.where(late, odds / (1 + odds), USUAL)
    return float(session_change(errors.tolist(), USUAL, seed=SEED).at is not None)


def _common(share: float, rng: np.random.Generator) -> float:
    """The correlation within groups whose members are like one draw with the chance √share each."""
    group = np.repeat(np.arange(GROUPS), GROUP)
    first = (rng.random(GROUPS) < ERROR)[group]
    own = rng.random(len(group)) < ERROR
    errors = np.where(rng.random(len(group)) < math.sqrt(share), first, own)
    return intraclass_correlation(errors, group.tolist())
