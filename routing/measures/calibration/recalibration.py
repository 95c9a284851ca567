"""Recalibration: fit calibrators to labels, and choose what holds on unseen labels; all weighted.

What is judged is the confidence of the model's own label, by log loss, because that is what thresholds see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_expit, log_softmax, softmax
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import StratifiedKFold

from routing.evidence.calibrator import IDENTITY, SMALLEST, Calibrator, CalibratorFit, CalibratorMethod
from routing.measures.calibration.calibration_error import ece, ece_if_calibrated
from routing.measures.calibration.proper_scores import log_loss, losses
from routing.measures.sample import Flags, Floats, Sample, Values, sample_of

LABELS_NEEDED: Mapping[CalibratorMethod, int] = {
    "temperature": 30,
    "platt": 30,
    "beta": 200,
    "isotonic": 1_000,
}
"""Labels of equal weight (Kish) from which a method is tried: isotonic overfits below about a thousand
(Niculescu-Mizil & Caruana 2005)."""
OUTCOMES_NEEDED = 5
"""How many predictions have to be right, and how many wrong: one of each for every fold."""
FOLDS = 5
HOTTEST = 10.0
"""Temperatures from 1/10 to 10 are looked at."""
STEEPEST = 100.0
Z_95 = 1.6448536269514722
"""The one-sided 95 % quantile of the normal distribution."""

Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class LabeledConfidences:
    """Confidences in the model's own label and whether it was right, by weight.

    With `probabilities` of all labels (a row for each prediction), `own` is the column of the model's label
    and `decided` that of the label experts decided on.
    """

    sample: Sample
    probabilities: Floats | None = None
    own: Ints | None = None
    decided: Ints | None = None

    def __len__(self) -> int:
        return len(self.sample)

    def at(self, places: Ints) -> "LabeledConfidences":
        """Those at these places."""
        sample = Sample(
            self.sample.confidence[places], self.sample.correct[places], self.sample.weights[places]
        )
        if self.probabilities is None or self.own is None or self.decided is None:
            return LabeledConfidences(sample)
        return LabeledConfidences(sample, self.probabilities[places], self.own[places], self.decided[places])


def of_confidences(confidence: Values, correct: Flags, weights: Values | None = None) -> LabeledConfidences:
    """From the confidence in the model's own label. Raises ValueError for values that do not fit."""
    return LabeledConfidences(sample_of(confidence, correct, weights))


def of_probabilities(
    probabilities: npt.ArrayLike, own: Sequence[int], decided: Sequence[int], weights: Values | None = None
) -> LabeledConfidences:
    """From the probabilities of all labels: N rows, K columns that sum to 1, and for each row two columns.

    Raises ValueError for values that do not fit.
    """
    table = np.asarray(probabilities, dtype=np.float64)
    mine, right = np.asarray(own, dtype=np.intp), np.asarray(decided, dtype=np.intp)
    if table.ndim != 2 or not len(table) == len(mine) == len(right):
        raise ValueError("probabilities, own and decided need one row per prediction")
    for columns in (mine, right):
        if not np.all((columns >= 0) & (columns < table.shape[1])):
            raise ValueError(f"labels are columns of probabilities, from 0 to {table.shape[1] - 1}")
    if not (np.all(table >= 0) and np.allclose(table.sum(axis=1), 1.0, atol=0.01)):
        raise ValueError("the probabilities of each row have to be 0 or more and sum to 1")
    # Rows may sum to 1.01, so that a probability may lie above 1, which a sample refuses.
    sample = sample_of(np.minimum(table[np.arange(len(table)), mine], 1.0), mine == right, weights)
    return LabeledConfidences(sample, table, mine, right)


def fit(method: CalibratorMethod, labeled: LabeledConfidences) -> Calibrator:
    """The calibrator of that method that fits these labels best (by likelihood; isotonic: by squares).

    Platt's targets, (N₊+1)/(N₊+2) and 1/(N₋+2), keep Platt and beta finite where a confidence parts the right
    from the wrong; isotonic comes no closer to 0 and 1 than 1/(N+2). None falls as confidence rises.
    """
    match method:
        case "identity":
            return IDENTITY
        case "temperature":
            return _temperature(labeled)
        case "platt" | "beta":
            terms = _logistic_terms(method, labeled.sample.confidence)
            return Calibrator(method, _logistic_fit(labeled.sample, terms))
        case _:
            return _isotonic(labeled.sample)


def applied(calibrator: Calibrator, labeled: LabeledConfidences) -> Floats:
    """The calibrated confidences, as `Calibrator.apply` gives them."""
    if calibrator.uses_probabilities and labeled.probabilities is not None and labeled.own is not None:
        shares = softmax(_logs(labeled.probabilities) / calibrator.parameters[0], axis=1)
        own: Floats = shares[np.arange(len(labeled)), labeled.own]
        return own
    confidences = map(calibrator.calibrate, labeled.sample.confidence.tolist())
    return np.fromiter(confidences, dtype=np.float64, count=len(labeled))


def choose(
    labeled: LabeledConfidences, rng: np.random.Generator, *, keeps_order: bool = False
) -> CalibratorFit:
    """The method with the least held-out log loss, fitted to all labels; the identity if none gains enough.

    Held out by stratified 5-fold cross-validation. It gains enough when zero lies below the one-sided 95 %
    interval of the gain, so a calibrated model is mostly left alone. Temperature and Platt are tried from 30
    labels on, beta from 200, isotonic from 1,000, with at least 5 right and 5 wrong; labels are counted by
    their effective number. With `keeps_order` only what ranks predictions as their raw confidence does: no
    steps, and no temperature of all probabilities, so that labels still speak for a threshold after it.
    """
    ordered = labeled.at(_canonical_order(labeled))
    if keeps_order:
        ordered = LabeledConfidences(ordered.sample)
    too_few = _too_few(ordered.sample)
    if too_few:
        return _fitted(ordered, IDENTITY, {}, ordered.sample.confidence, too_few, rng)
    methods = [name for name in LABELS_NEEDED if not (keeps_order and name == "isotonic")]
    held_out = _held_out(ordered, methods, rng)
    tried = {name: _loss(ordered.sample, confidence) for name, confidence in held_out.items()}
    # LABELS_NEEDED lists the methods with the fewest parameters first: a tie goes to the simpler method.
    best = min(tried, key=lambda name: (tried[name], list(LABELS_NEEDED).index(name)))
    before = _loss(ordered.sample, ordered.sample.confidence)
    numbers = f"{before:.4f} to {tried[best]:.4f} (n={len(ordered):,})"
    if _gains(ordered.sample, held_out[best]):
        why = f"{best} lowers the held-out log loss from {numbers}"
        return _fitted(ordered, fit(best, ordered), tried, held_out[best], why, rng)
    why = f"no method lowers the held-out log loss by more than chance explains: {best} from {numbers}"
    return _fitted(ordered, IDENTITY, tried, held_out[best], why, rng)


def _fitted(
    labeled: LabeledConfidences,
    calibrator: Calibrator,
    tried: Mapping[CalibratorMethod, float],
    after: Floats,
    why: str,
    rng: np.random.Generator,
) -> CalibratorFit:
    sample, correct = labeled.sample, labeled.sample.correct.astype(bool)
    return CalibratorFit(
        calibrator=calibrator,
        n=len(labeled),
        losses={str(name): loss for name, loss in tried.items()},
        log_loss_before=_loss(sample, sample.confidence),
        log_loss_after=_loss(sample, after),
        ece_before=ece(sample.confidence, correct, sample.weights),
        ece_after=ece(after, correct, sample.weights),
        ece_if_calibrated=ece_if_calibrated(after, rng, sample.weights),
        is_used=calibrator != IDENTITY,
        why=why,
    )


def _canonical_order(labeled: LabeledConfidences) -> Ints:
    """An order that depends on the labels alone, so that folds do not depend on how they were read."""
    sample = labeled.sample
    keys = [sample.weights, sample.correct, sample.confidence]
    if labeled.probabilities is not None and labeled.decided is not None:
        keys = [labeled.probabilities[np.arange(len(labeled)), labeled.decided], *keys]
        keys = [labeled.probabilities.min(axis=1), *keys]
    return np.lexsort(keys)


def _too_few(sample: Sample) -> str:
    """Why nothing can be fitted, in words; empty if something can."""
    needed = min(LABELS_NEEDED.values())
    right = int(sample.correct.sum())
    wrong = len(sample) - right
    if sample.effective < needed:
        return f"too few labels: they are worth {sample.effective:.0f} of equal weight, {needed} needed"
    if min(right, wrong) < OUTCOMES_NEEDED:
        rare = f"{wrong} wrong" if wrong < right else f"{right} right"
        return f"too few to learn from: {rare} of {len(sample):,} labels, {OUTCOMES_NEEDED} needed"
    return ""


def _held_out(
    labeled: LabeledConfidences, allowed: Sequence[CalibratorMethod], rng: np.random.Generator
) -> dict[CalibratorMethod, Floats]:
    """By method, each prediction's confidence from a calibrator that was fitted without it."""
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=int(rng.integers(2**31)))
    split = list(folds.split(labeled.sample.confidence, labeled.sample.correct))
    methods = [name for name in allowed if labeled.sample.effective >= LABELS_NEEDED[name]]
    held_out = {name: np.empty(len(labeled)) for name in methods}
    for training, testing in split:
        seen, unseen = labeled.at(training), labeled.at(testing)
        for name in methods:
            held_out[name][testing] = applied(fit(name, seen), unseen)
    return held_out


def _loss(sample: Sample, confidence: Floats) -> float:
    return log_loss(confidence, sample.correct.astype(bool), sample.weights)


def _gains(sample: Sample, confidence: Floats) -> bool:
    """Whether the mean log loss falls by more than chance explains in 95 of 100 cases."""
    after = Sample(confidence, sample.correct, sample.weights)
    gain = losses(sample) - losses(after)
    mean = sample.mean(gain)
    error = np.sqrt(np.sum((sample.weights * (gain - mean)) ** 2)) / sample.weights.sum()
    return bool(mean > Z_95 * error)


def _temperature(labeled: LabeledConfidences) -> Calibrator:
    sample = labeled.sample
    uses_probabilities = labeled.probabilities is not None
    if labeled.probabilities is None or labeled.decided is None:
        logs = np.log(np.column_stack([_sure(sample.confidence), _sure(1 - sample.confidence)]))
        right = np.where(sample.correct > 0, 0, 1)
    else:
        logs, right = _logs(labeled.probabilities), labeled.decided
    rows = np.arange(len(labeled))

    def loss(log_temperature: float) -> float:
        return -sample.mean(log_softmax(logs / np.exp(log_temperature), axis=1)[rows, right])

    hottest = float(np.log(HOTTEST))
    optimum = minimize_scalar(loss, bounds=(-hottest, hottest), method="bounded", options={"xatol": 1e-6})
    return Calibrator("temperature", (float(np.exp(optimum.x)),), (), uses_probabilities)


def _sure(probabilities: Floats) -> Floats:
    """As `Calibrator` sees them, whose logarithms end at 1e-7."""
    return np.maximum(probabilities, SMALLEST)


def _logs(probabilities: Floats) -> Floats:
    logs: Floats = np.log(_sure(probabilities))
    return logs


def _logistic_terms(method: CalibratorMethod, confidence: Floats) -> Floats:
    """A column for each coefficient: the log odds (Platt) or both logarithms (beta), and the intercept."""
    right, wrong = _logs(confidence), -_logs(1 - confidence)
    slopes = [right + wrong] if method == "platt" else [right, wrong]
    return np.column_stack([*slopes, np.ones(len(confidence))])


def _logistic_fit(sample: Sample, terms: Floats) -> tuple[float, ...]:
    """Coefficients of a logistic model of being right; all but the last, the intercept, are 0 or more."""
    # Platt's targets count labels: weights are scaled to as many as they are worth, not as they stand for.
    weights = sample.weights * sample.effective / sample.weights.sum()
    right = float(weights @ sample.correct)
    wrong = float(weights.sum()) - right
    target = np.where(sample.correct > 0, (right + 1) / (right + 2), 1 / (wrong + 2))

    def loss(coefficients: Floats) -> tuple[float, Floats]:
        raw = terms @ coefficients
        value = -weights @ (target * log_expit(raw) + (1 - target) * log_expit(-raw))
        return float(value) / sample.effective, terms.T @ (weights * (expit(raw) - target)) / sample.effective

    # A slope below 0 would turn the order of confidences round, on which thresholds rest.
    count = terms.shape[1] - 1
    optimum = minimize(
        loss,
        x0=np.array([1.0] * count + [0.0]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, STEEPEST)] * count + [(-STEEPEST, STEEPEST)],
        options={"ftol": 1e-14, "gtol": 1e-9, "maxiter": 1_000},
    )
    return tuple(map(float, optimum.x))


def _isotonic(sample: Sample) -> Calibrator:
    least = 1 / (sample.effective + 2)
    model = IsotonicRegression(y_min=least, y_max=1 - least, out_of_bounds="clip")
    model.fit(sample.confidence, sample.correct, sample.weights)
    knots = zip(model.X_thresholds_.tolist(), model.y_thresholds_.tolist(), strict=True)
    return Calibrator("isotonic", (), tuple(knots))
