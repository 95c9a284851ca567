"""Monitor: do the audits since a certificate still speak for its promise, however often anybody looks?"""

import numpy as np
from scipy.special import logsumexp

from routing.evidence.promise import MonitorReport
from routing.measures.certification.fallback import Counts
from routing.measures.certification.group_sizes import Places
from routing.measures.certification.group_tests import group_bets
from routing.measures.sample import Flags, Floats, Values

BETS = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
MOST_AT_STAKE = 0.8
"""No bet loses more than this share of its wealth at once."""
FROM_THE_START = 0.3
"""The part of the wealth that is bet from the first audit on; the rest comes in later, for a later change."""
PACE = 100
"""How many audits apart it comes in."""
CANDIDATES = np.unique(np.concatenate((np.geomspace(1e-5, 0.1, 400), np.linspace(0.1, 1 - 1e-5, 361))))


def monitor(
    errors: Flags | Values,
    weights: Values | None = None,
    alpha: float = 0.02,
    delta: float = 0.05,
    largest_weight: float | None = None,
    group: Places | None = None,
) -> MonitorReport:
    """What audits of the accepted part, in the order they were received, say of an error of at most `alpha`.

    Revoke as soon as `is_revoked`: if the error never exceeds `alpha`, that happens with a chance of at most
    `delta` in all time. `errors` may be losses from 0 to 1. `weights` are the inverses of the inclusion
    probabilities, equal if left out. Those of a `group` may be wrong together: a group is one bet, in the
    place of its first audit. Raises ValueError for values that cannot be.
    """
    if not (0 < alpha < 1 and 0 < delta < 1):
        raise ValueError(f"alpha and delta lie between 0 and 1: {alpha}, {delta}")
    losses, weighed = _checked(errors, weights, largest_weight)
    wrong, shares = group_bets(losses, weighed, group)
    evidence = _evidence(wrong, shares, alpha)
    crossed = np.flatnonzero(evidence >= -np.log(delta))
    low, high = _confidence_sequence(wrong, shares, delta)
    return MonitorReport(
        n=len(losses),
        errors=int(np.count_nonzero(losses)),
        # exp overflows a float above 709.
        e_value=float(np.exp(min(evidence.max(initial=0.0), 700.0))),
        revoked_at=int(crossed[0]) if len(crossed) else None,
        low=low,
        high=high,
    )


def e_values(
    errors: Flags | Values,
    weights: Values | None = None,
    alpha: float = 0.02,
    largest_weight: float | None = None,
) -> Floats:
    """The wealth after each audit of who bets against an error of at most `alpha`, beginning with 1.

    Mean over λ of Π(1 + λ·c·(x − α)), where c is the audit's weight as a share of `largest_weight` (Waudby-
    Smith & Ramdas 2024; Ville 1939). An audit drawn with probability π has E[(x − α)/π] ≤ 0 under the
    hypothesis, so every factor is fair or worse; `largest_weight`, one over the smallest π that the policy
    may use, is fixed beforehand (the largest of `weights` if left out). λ·α is at most MOST_AT_STAKE.

    Only a part is bet from the start: parts 1/(k(k+1)) of the rest come in every PACE audits, so that a
    change after many good weeks does not have to win back what these lost. A mean of such bets with fixed
    parts is a bet of that kind. In 600 simulated years of 40 audits a week, 2 % that turned into 4 % after
    half a year was detected in 67 % within the other half against 49 % of bets from the start only, 1 % that
    turned into 4 % in 55 % against 8 %; 4 % from the first day on was detected a week later (median, 12).
    """
    return np.asarray(np.exp(np.minimum(_evidence(*_checked(errors, weights, largest_weight), alpha), 700.0)))


def _checked(
    errors: Flags | Values, weights: Values | None, largest_weight: float | None
) -> tuple[Floats, Floats]:
    """Errors as numbers from 0 to 1, and weights as shares of the largest."""
    wrong = np.asarray(errors, dtype=np.float64)
    if not np.all((wrong >= 0) & (wrong <= 1)):
        raise ValueError("an error is there or not, or a loss between 0 and 1")
    masses = np.ones(len(wrong)) if weights is None else np.asarray(weights, dtype=np.float64)
    if len(masses) != len(wrong):
        raise ValueError("errors and weights need one value per audit")
    if not np.all((masses > 0) & (masses < np.inf)):
        raise ValueError("weights have to be positive and finite: an inclusion probability cannot be 0")
    largest = masses.max(initial=0.0) if largest_weight is None else largest_weight
    if masses.max(initial=0.0) > largest:
        raise ValueError(f"a weight is above the largest there may be: {masses.max()} > {largest}")
    return wrong, masses / largest if len(masses) else masses


def _evidence(wrong: Floats, shares: Floats, alpha: float) -> Floats:
    """The logarithm of the wealth after each audit."""
    bets = BETS[BETS * alpha <= MOST_AT_STAKE][:, None]
    gains = np.cumsum(np.log1p(bets * shares * (wrong - alpha)), axis=1)
    before = gains - np.diff(gains, axis=1, prepend=0.0)
    places = np.arange(len(wrong))
    number = places // PACE + 1
    paid_in = np.where(places % PACE == 0, (1 - FROM_THE_START) / (number * (number + 1)), 0.0)
    paid_in[:1] += FROM_THE_START
    # Nothing is paid in at most places: the −inf of log 0 is meant.
    with np.errstate(divide="ignore"):
        stakes = np.logaddexp.accumulate(np.log(paid_in) - before, axis=1)
    at_stake = logsumexp(gains + stakes, axis=0) - np.log(len(bets))
    return np.asarray(np.logaddexp(at_stake, np.log((1 - FROM_THE_START) / (number + 1))))


def _confidence_sequence(wrong: Floats, shares: Floats, delta: float) -> tuple[float, float]:
    """Where the error lies with confidence 1 − `delta`, at all times at once, if it does not change.

    Every candidate is bet against from both sides (hedged capital of Waudby-Smith & Ramdas 2024); those that
    lose less than 1/`delta` remain. The limits are on a grid, rounded outward. 0..1 without audits.
    """
    if not len(wrong):
        return 0.0, 1.0
    pairs, counts = np.unique(np.stack([wrong, shares]), axis=1, return_counts=True)
    above = _wealth(pairs, counts, CANDIDATES)
    below = _wealth(np.stack([1 - pairs[0], pairs[1]]), counts, 1 - CANDIDATES)
    kept = np.flatnonzero(np.logaddexp(above, below) - np.log(2) < -np.log(delta))
    edges = np.concatenate(([0.0], CANDIDATES, [1.0]))
    return float(edges[kept[0]]), float(edges[kept[-1] + 2])


def _wealth(pairs: Floats, counts: Counts, means: Floats) -> Floats:
    """The logarithm of the wealth of who bets that each of `means` is exceeded."""
    bets = np.minimum(BETS[:, None], MOST_AT_STAKE / means)[:, :, None]
    factors = np.log1p(bets * pairs[1] * (pairs[0] - means[None, :, None]))
    return np.asarray(logsumexp(factors @ counts, axis=0) - np.log(len(BETS)))
