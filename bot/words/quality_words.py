"""What the labels say of a team's models, in sentences: errors, calibrators, thresholds, confusions."""

from collections.abc import Iterator

from bot.words.digest_code_words import code_words
from bot.words.numbers import counted, estimate_words
from routing.digest.model_quality import ErrorRow, ModelFit, TaskConfusion, ThresholdRow, ThresholdState
from routing.evidence.estimate import between
from routing.evidence.promise import Certificate, NotYet


def error_lines(row: ErrorRow) -> Iterator[str]:
    """The error of this period and of the future, what it leaves open, and the naive figure by name."""
    now = row.now
    yield f"{now.name}, {_reaches(row)}."
    yield (
        f"It rests on {counted(now.labeled, 'label')} of {now.asked:,} asked for, among {now.received:,} "
        f"received. {now.unanswered:,} asked for and not answered, {now.unwatched:,} unwatched: if all of "
        f"these were right it would be {now.bounds.low:.1%}, if all were wrong {now.bounds.high:.1%}."
    )
    if now.naive is not None:
        reach = code_words(now.naive.reach)
        yield f"Naive, of {reach}, so not the model's error: {estimate_words(now.naive)}."


def _reaches(row: ErrorRow) -> str:
    now = row.now
    if now.period is None or now.future is None:
        return "nothing is labeled, so nothing is known of its error"
    estimates = (now.period, now.future)
    named = [f"{code_words(estimate.reach)}: {estimate_words(estimate)}" for estimate in estimates]
    moved = f"; {code_words(row.movement)}" if row.movement else ""
    return f"{'; '.join(named)}{moved}"


def error_cells(row: ErrorRow) -> tuple[str, str]:
    """This period's error with how it moved, and that of the period before."""
    moved = f"; {code_words(row.movement)}" if row.movement else ""
    before = estimate_words(row.before.period) if row.before else "–"
    return f"{estimate_words(row.now.period)}{moved}", before


def fit_words(model_fit: ModelFit) -> str:
    """How confidences were calibrated, and what that gained; or why not."""
    fit, model = model_fit.fit, model_fit.model
    name = f"{model_fit.task}, {model.name} {model.version}"
    figures = (
        f"held out, ECE {fit.ece_before:.3f} before and {fit.ece_after:.3f} after (a calibrated model stays "
        f"under {fit.ece_if_calibrated:.3f}), log loss {fit.log_loss_before:.3f} and {fit.log_loss_after:.3f}"
    )
    if not fit.is_used:
        return f"{name}: left as it is. {fit.why} ({counted(fit.n, 'label')}; {figures})"
    return f"{name}: calibrated by {fit.calibrator.method}, {counted(fit.n, 'label')}; {figures}. {fit.why}"


def threshold_words(row: ThresholdRow) -> str:
    """What is in force, why, and what could be."""
    name = f"{row.task}, tier {row.place}, {row.model.name} {row.model.version}"
    promise = f" {aim_words(row)}." if row.promise else ""
    return f"{name}: {in_force_words(row)}.{promise}{_conclusion(row)}"


def in_force_words(row: ThresholdRow) -> str:
    """From where on is accepted, and where that comes from."""
    now = "everything is reviewed" if row.in_force is None else f"accepted from {row.in_force:.4g} on"
    return f"{now} ({code_words(row.state)})"


def aim_words(row: ThresholdRow) -> str:
    """What the threshold is to keep: the tier's own promise, or the team's target."""
    aim = "Held against" if row.state is ThresholdState.FIXED else "Promise"
    return f"{aim}: {row.promise.words if row.promise else 'none'}"


def _conclusion(row: ThresholdRow) -> str:
    conclusion = row.found
    if isinstance(conclusion, NotYet):
        missing = f" Not yet: about {conclusion.needed:,} more labels." if conclusion.needed else " Not yet."
        return f"{missing} {conclusion.why}"
    why = f" {row.why}" if row.why else ""
    if isinstance(conclusion, Certificate) and row.proposal is not None:
        gain = f", {row.gain:+.1%} of its traffic" if row.gain is not None else ""
        bound = f"error at most {conclusion.bound:.1%}"
        return f"{why} The labels would certify {conclusion.threshold:.3g}{gain} ({bound})."
    return why


def confusion_words(confusion: TaskConfusion) -> str:
    """A confusion with what it weighs in all traffic."""
    pair = confusion.pair
    return (
        f"{confusion.task}: {pair.predicted} was {pair.decided} in {counted(pair.n, 'decision')}, standing "
        f"for about {pair.weight:,.0f} predictions, {pair.share_of_errors:.0%} of all errors; of what the "
        f"model calls {pair.predicted}, {pair.share:.1%} ({between(pair.share_low, pair.share_high)})"
    )
