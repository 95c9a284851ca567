"""Draws, by chance that is on record, beside which cases a trial is put in."""

from collections.abc import Iterable, Iterator

from bot.usecases.context import Context
from routing.case.trial import comes_after
from routing.prediction import Origin
from routing.triage.sampling import draw
from storage.cases.predictions import NewPrediction
from storage.trials.draws import TrialDraw


def drawn(ctx: Context, new: Iterable[NewPrediction]) -> Iterator[TrialDraw]:
    """The trials to come beside these predictions: none where their tiers ask for none."""
    for prediction in new:
        submission, routing = prediction.submission, prediction.routing
        if prediction.is_reviewed and submission.origin is Origin.PRODUCTION:
            tier = ctx.policy.task(submission.task).tier(routing.tier)
            for origin, chance in tier.trials.items():
                # By key, not at random: a retry, or another replica, must draw the same.
                key = (origin.value, submission.task, submission.service, submission.external_id)
                if draw(ctx.draw_key, *key) < chance:
                    at = prediction.received_at
                    moment = at + comes_after(ctx.draw_key, origin, prediction.case_id)
                    yield TrialDraw(
                        prediction.case_id, origin, submission.task, tier.name, chance, at, moment
                    )
