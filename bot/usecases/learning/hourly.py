"""What is measured from time to time, in order; each for itself, and none keeps the others from their turn.

Certificates come before calibrators: with a new calibrator their evidence begins anew.
"""

from collections.abc import Callable

from bot.usecases.context import Context
from bot.usecases.learning import calibrate, consensus, drift, novelty_profile, skill
from bot.usecases.separate_acts import act_on_each
from bot.usecases.thresholds import cell_sets, certify, in_force, label_sets, target_watch

ACTS: tuple[tuple[str, Callable[[Context], int]], ...] = (
    # First: what is learned below is for the labels and cells of now.
    ("changed_labels", label_sets.note_new),
    ("changed_cells", cell_sets.note_new),
    ("drift_alarms", drift.detect_due),
    ("target_alarms", target_watch.alarm_due),
    ("certificates", certify.certify_due),
    ("calibrators", calibrate.fit_due),
    ("profiles", novelty_profile.describe_due),
    ("consensus_rules", consensus.fit_due),
    ("skills", skill.measure_due),
)


def measure_due(ctx: Context) -> dict[str, int]:
    """How many of each are new; raises ExceptionGroup at the end with what went wrong."""
    done = dict(act_on_each(lambda act: (act[0], act[1](ctx)), ACTS))
    if any(done.values()):
        in_force.refresh(ctx)
    return done
