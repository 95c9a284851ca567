"""Cases that nobody answered in time: what stands for those who stay silent when they are asked again."""

from collections.abc import Sequence

import numpy as np

from routing.evidence.estimate import LEVEL
from routing.measures.intervals import clopper_pearson_upper
from routing.measures.sample import Floats


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
