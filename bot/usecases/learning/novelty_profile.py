"""Describes once a day what the labeled cases of each task look like, so that a novel case is noticed.

What is labeled is mostly what the model was unsure of. Each case counts for as many as it stands for, the
inverse of its inclusion probability, so that the share called novel is a share of all that comes in.
"""

from datetime import datetime, timedelta
from functools import partial

from bot.usecases.context import Context
from bot.usecases.separate_acts import act_on_each
from bot.usecases.thresholds import in_force
from storage.evidence import case_inputs
from storage.measured import profiles
from storage.measured.profiles import StoredProfile

LOOK_BACK = timedelta(days=365)
MOST_CASES = 10_000
FEWEST = 100
"""With fewer cases there is no profile: `routing.measures.drift.novelty_profile.MIN_LABELED`."""
EVERY = timedelta(days=1)


def describe_due(ctx: Context) -> int:
    """Describe the tasks whose profile is a day old, or that have none; how many profiles are new."""
    now = ctx.clock.now()
    with ctx.database.read() as tx:
        made_at = profiles.made_at(tx, in_force.NOVELTY)
    due = [task for task in ctx.policy.tasks if task not in made_at or now - made_at[task] >= EVERY]
    return sum(act_on_each(partial(_describe, ctx, now), due))


def _describe(ctx: Context, now: datetime, task: str) -> int:
    """1 if there is a new profile; none while too few cases are labeled."""
    with ctx.database.read() as tx:
        decided = case_inputs.decided(tx, [task], now - LOOK_BACK, now, MOST_CASES)
    if len(decided) < FEWEST:
        return 0
    from routing.measures.drift.novelty_profile import fit_novelty

    weights = [1 / case.inclusion_probability for case in decided]
    profile = fit_novelty([case.input for case in decided], weights=weights)
    if profile is None:
        return 0
    with ctx.database.write() as tx:
        profiles.save(tx, StoredProfile(task, in_force.NOVELTY, profile.to_json(), now))
    return 1
