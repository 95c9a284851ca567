"""Cases that nobody answered in time: whom to ask again, and what stands for those who stay silent."""

from collections.abc import Sequence

import numpy as np

from routing.evidence.estimate import LEVEL
from routing.measures.intervals import clopper_pearson_upper
from routing.measures.sample import Floats

ALL_BELOW = 50
"""Up to so many unanswered cases all are asked again: every one that is not costs an alarm its power."""


def follow_up_chance(unanswered: int) -> float:
    """The chance of being asked again for each of so many unanswered cases; log it before the draw.

    All while they are fewer than ALL_BELOW, then about so many of them (Hansen & Hurwitz 1946). Whoever then
    answers stands for 1/chance cases: in estimates as late labels of `routing.evidence.phases`, in
    certificates as checks with that chance (still silent: missed), in alarms by a weight.
    """
    return 1.0 if unanswered < ALL_BELOW else ALL_BELOW / unanswered


def imputed(losses: Sequence[float | None], is_late: Sequence[bool], level: float = LEVEL) -> Floats:
    """Losses for an alarm, in the order their predictions were received; None for who is still silent.

    In their place stands the upper limit (Clopper & Pearson, one-sided) of the share of errors among those
    before that were asked again and answered, `is_late`: silence is not error, but may well hide more of it.
    That looks back only, so that bets stay fair; 1 while nobody has answered late. Raises ValueError for
    columns of unequal length.
    """
    if len(losses) != len(is_late):
        raise ValueError("losses and lateness need one value per audit")
    result = np.empty(len(losses))
    late = wrong = 0
    for place, (loss, answered_late) in enumerate(zip(losses, is_late, strict=True)):
        if loss is None:
            result[place] = clopper_pearson_upper(wrong, late, 1 - level)
            continue
        result[place] = loss
        late += answered_late
        wrong += answered_late and loss > 0
    return result
