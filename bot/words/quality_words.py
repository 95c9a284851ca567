"""What the labels say of a team's models, in sentences: errors, calibrators, thresholds, confusions."""

from collections.abc import Iterator, Mapping

from bot.words.digest_code_words import code_words
from bot.words.numbers import counted, estimate_words
from bot.words.threshold_words import missing_words, row_place, why_words
from bot.words.truth_words import limit_basis
from routing.digest.model_quality import (
    About,
    ErrorRow,
    ModelFit,
    TaskConfusion,
    ThresholdRow,
    ThresholdState,
)
from routing.evidence.estimate import FEWEST, TrafficEstimate, between
from routing.evidence.odds import allowed
from routing.evidence.promise import NotYet

ABOUTS: Mapping[About, str] = {About.ALL: "all that came in", About.ACCEPTED: "what went through by itself"}
ORIGINS: Mapping[ThresholdState, str] = {
    ThresholdState.FIXED: "set in the policy",
    ThresholdState.GRANTED: "shown by the answers to keep the limit",
    ThresholdState.NOT_YET: "nothing is shown to keep the limit yet",
    ThresholdState.REVOKED: "taken back",
    ThresholdState.SUSPENDED: "taken back",
}


def error_lines(row: ErrorRow) -> Iterator[str]:
    """The error of this period and of the future, what it leaves open, and the naive figure by name."""
    now = row.now
    yield f"{ABOUTS.get(row.about, now.name)}, {_reaches(row)}."
    yield (
        f"It rests on {counted(now.labeled, 'answer')} of {now.asked:,} asked for, of {now.received:,} that "
        f"came in. {now.unanswered:,} asked for and not answered, {now.unwatched:,} never looked at: if all "
        f"of these were right it would be {now.bounds.low:.1%}, if all were wrong {now.bounds.high:.1%}."
    )
    if now.naive is not None:
        yield f"Naive, of what was looked at alone, so not the model's error: {estimate_words(now.naive)}."


def _reaches(row: ErrorRow) -> str:
    now = row.now
    if now.period is None or now.future is None:
        return "nothing is answered, so nothing is known of its error"
    estimates = (now.period, now.future)
    named = [f"{code_words(estimate.reach)}: {estimate_words(estimate)}" for estimate in estimates]
    moved = f"; {code_words(row.movement)}" if row.movement else ""
    return f"{'; '.join(named)}{moved}"


def error_cells(row: ErrorRow) -> tuple[str, str]:
    """This period's error with how it moved, and that of the period before; counts while they are small."""
    is_few = row.now.labeled < FEWEST
    moved = f"; {code_words(row.movement)}" if row.movement and not is_few else ""
    return f"{_error(row.now)}{moved}", _error(row.before) if row.before else "–"


def _error(traffic: TrafficEstimate) -> str:
    seen = traffic.naive
    if traffic.labeled >= FEWEST or seen is None:
        return estimate_words(traffic.period)
    return f"{round(seen.value * seen.n)} of {traffic.labeled}"


def fit_words(model_fit: ModelFit) -> str:
    """How confidences were corrected, and what that gained; or why not."""
    fit, model = model_fit.fit, model_fit.model
    name = f"{model_fit.task}, {model.name} {model.version}"
    figures = (
        f"held out, ECE {fit.ece_before:.3f} before and {fit.ece_after:.3f} after (a model that is right as "
        f"often as it says stays under {fit.ece_if_calibrated:.3f}), "
        f"log loss {fit.log_loss_before:.3f} and {fit.log_loss_after:.3f}"
    )
    if not fit.is_used:
        return f"{name}: left as it is. {fit.why} ({counted(fit.n, 'answer')}; {figures})"
    return f"{name}: corrected by {fit.calibrator.method}, {counted(fit.n, 'answer')}; {figures}. {fit.why}"


def threshold_words(row: ThresholdRow) -> str:
    """What is in force, why, and what could be."""
    name = f"{row_place(row)}, {row.model.name} {row.model.version}"
    limit = f" {aim_words(row)}." if row.promise else ""
    return f"{name}: {in_force_words(row)}.{limit}{_conclusion(row)}"


def in_force_words(row: ThresholdRow) -> str:
    """From where on predictions go through, and where that comes from."""
    now = "everything is looked at" if row.in_force is None else f"goes through from {row.in_force:.4g} on"
    origin = ORIGINS.get(row.state, "")
    return f"{now} ({origin})" if origin else now


def aim_words(row: ThresholdRow) -> str:
    """The limit that the threshold is to keep: the tier's own promise, or the team's target."""
    if row.promise is None:
        return "Limit: none"
    return f"Limit: at most {allowed(row.promise.error)} wrong{limit_basis(row.truth)}"


def _conclusion(row: ThresholdRow) -> str:
    conclusion = row.found
    if isinstance(conclusion, NotYet):
        missing = f" About {missing_words(conclusion)} needed." if conclusion.needed else ""
        return f"{missing} {why_words(conclusion)}"
    why = f" {row.why}" if row.why else ""
    if row.proposal is not None and (row.gain or 0) > 0:
        return f"{why} From {row.proposal:.3g} on would keep it, too: {row.gain:.1%} more would go through."
    return why


def confusion_words(confusion: TaskConfusion) -> str:
    """A confusion with what it weighs in all traffic."""
    pair = confusion.pair
    weight = round(pair.weight)
    stands = f", which stands for about {weight:,} predictions" if weight > pair.n else ""
    few = f"{confusion.task}: {pair.n:,} × the model said {pair.predicted}, experts {pair.decided}{stands}"
    if pair.n < FEWEST:
        return few
    share = f"{pair.share:.1%} ({between(pair.share_low, pair.share_high)})"
    return f"{few}: {pair.share_of_errors:.0%} of all errors, and {share} of what it calls {pair.predicted}"
