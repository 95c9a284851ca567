"""Experts' confusions and the truth behind their answers, fitted to each other (Dawid & Skene 1979).

With priors, so that it works from the first label and cannot collapse where most cases have a single one
(maximum a posteriori; Paun et al. 2018, Comparing Bayesian Models of Annotation, section 3):

- a row of an expert's confusion varies as Dirichlet(STRENGTH · Q): Q is the same chance q of being right for
  all, else any other label alike, with q from the agreement of pairs, q² + (1 − q)²/(K − 1)
- the shares of labels are drawn halfway to equal ones: answers of a single label a case tell both apart badly
- the model is a voice: log probabilities times a weight within 0..1, fitted with the rest, that count for no
  more than a limit in answers of a typical expert
- what is adjudicated or gold is fixed
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import softmax

from routing.evidence.calibrator import SMALLEST
from routing.evidence.expert_confusions import ExpertConfusions, matrix_of
from routing.measures.opinions.opinions import Floats, Opinions, Places

STRENGTH = 4.0
"""How many answers to cases of a label the prior counts for."""
VOICE = 0.6
"""The model counts for no more than so much of a typical expert's answer: experts decide, it tips."""
FIRST_SKILL = 0.8
FIRST_PAIRS = 10.0
"""Before anybody agrees: as if so many pairs had been answered by experts who are right so often."""
LEAST_EDGE = 0.02
MOST_SKILL = 0.99
ROUNDS = 50
EDGE = 1e-9
CHANGE = 1e-4
"""Rounds end when no probability changes by more."""
TIPS = 0.3
"""In `by_count` the model counts for so much of an answer: it breaks ties and never more."""


@dataclass(frozen=True, slots=True)
class ConsensusFit:
    """`posterior` holds the probability of each label (columns) of each case; `rounds` were needed."""

    posterior: Floats
    confusions: ExpertConfusions
    rounds: int


@dataclass(frozen=True, slots=True)
class _Shares:
    """The model of answers: confusions (experts × truth × answer), shares of labels, the model's weight."""

    confusions: Floats
    prior: Floats
    weight: float


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What does not change while fitting; `voice` is 0 for a label that the model has first, else below."""

    opinions: Opinions
    answered: csr_matrix
    coin: Floats
    voice: Floats
    has_voice: Floats
    fixed: Places
    truth: Places

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.opinions.experts), len(self.opinions.labels)


def fit(
    opinions: Opinions,
    model: Floats | None = None,
    settled: Mapping[str, str] | None = None,
    voice: float = VOICE,
) -> ConsensusFit:
    """The most likely confusions and the truth they imply.

    `model` holds a row of probabilities for each case (not a number where it said nothing), `settled` the
    truth of cases where it is settled; `voice` is how many answers of a typical expert the model counts
    for at most. Answers of an expert to a case count each. Raises ValueError for fewer than two labels, or
    values that do not fit.
    """
    evidence = _evidence(opinions, model, settled or {}, voice)
    start = np.full(len(opinions.labels), 1 / len(opinions.labels))
    shares = _Shares(np.tile(evidence.coin, (len(opinions.experts), 1, 1)), start, 0.5)
    posterior, rounds = _posterior(evidence, shares), 1
    while rounds < ROUNDS:
        before, shares = posterior, _shares(evidence, posterior, shares)
        posterior, rounds = _posterior(evidence, shares), rounds + 1
        if not len(posterior) or np.abs(posterior - before).max() < CHANGE:
            break
    return ConsensusFit(posterior, _frozen(evidence, shares, voice), rounds)


def by_count(opinions: Opinions) -> ExpertConfusions:
    """Confusions under which the most answers win and the model breaks ties: all experts count alike.

    For tasks of which too few cases are adjudicated to do better. Raises ValueError for less than two labels.
    """
    skill, labels = typical_skill(opinions), len(opinions.labels)
    limit = TIPS * _worth(skill, labels)
    equal = (1 / labels,) * labels
    return ExpertConfusions(opinions.labels, equal, matrix_of(_coin(skill, labels).tolist()), {}, 1.0, limit)


def typical_skill(opinions: Opinions) -> float:
    """How often a typical expert is right, from how often pairs agree: q² + (1 − q)²/(K − 1).

    At least somewhat above chance. Raises ValueError for fewer than two labels.
    """
    labels = len(opinions.labels)
    if labels < 2:
        raise ValueError("two labels or more are needed")
    counts = opinions.counts()
    sizes = counts.sum(axis=1)
    others = labels - 1
    first = FIRST_SKILL**2 + (1 - FIRST_SKILL) ** 2 / others
    equal = (counts * (counts - 1)).sum() + FIRST_PAIRS * first
    agreement = equal / ((sizes * (sizes - 1)).sum() + FIRST_PAIRS)
    root = np.sqrt(max(0.0, others * (agreement * labels - 1)))
    return float(np.clip((1 + root) / labels, 1 / labels + LEAST_EDGE, MOST_SKILL))


def posteriors(confusions: ExpertConfusions, opinions: Opinions, model: Floats | None = None) -> Floats:
    """What `case.consensus.posterior` gives, for all cases at once: cases × labels."""
    matrices = np.array([confusions.of(expert) for expert in opinions.experts])
    shape = (len(opinions.experts), len(opinions.labels), len(opinions.labels))
    voice, has_voice = _voice(opinions, model, confusions.model_limit)
    nobody = np.empty(0, dtype=np.intp)
    evidence = _Evidence(opinions, _answered(opinions), np.empty(0), voice, has_voice, nobody, nobody)
    shares = _Shares(matrices.reshape(shape), np.array(confusions.prior), confusions.model_weight)
    return _posterior(evidence, shares)


def _evidence(
    opinions: Opinions, model: Floats | None, settled: Mapping[str, str], limit: float
) -> _Evidence:
    labels = len(opinions.labels)
    coin = _coin(typical_skill(opinions), labels)
    voice, has_voice = _voice(opinions, model, limit * _worth(float(coin[0, 0]), labels))
    fixed = [place for place, case in enumerate(opinions.cases) if case in settled]
    names = {label: place for place, label in enumerate(opinions.labels)}
    truth = [names.get(settled[opinions.cases[place]], -1) for place in fixed]
    if -1 in truth:
        raise ValueError("a case is settled by a label that is not in the list")
    places = np.array(fixed, dtype=np.intp), np.array(truth, dtype=np.intp)
    return _Evidence(opinions, _answered(opinions), coin, voice, has_voice, *places)


def _answered(opinions: Opinions) -> csr_matrix:
    """Cases × (expert, answer): how often. Its products are both halves of a round."""
    columns = opinions.expert * len(opinions.labels) + opinions.label
    shape = (len(opinions.cases), len(opinions.experts) * len(opinions.labels))
    return csr_matrix((np.ones(len(opinions)), (opinions.case, columns)), shape=shape)


def _voice(opinions: Opinions, model: Floats | None, limit: float) -> tuple[Floats, Floats]:
    shape = (len(opinions.cases), len(opinions.labels))
    table = np.full(shape, np.nan) if model is None else np.asarray(model, dtype=np.float64)
    if table.shape != shape:
        raise ValueError("the model needs a row for each case and a column for each label")
    has_voice = np.isfinite(table).all(axis=1)
    if not np.all((table[has_voice] >= 0) & (table[has_voice] <= 1)):
        raise ValueError("the model's probabilities have to lie between 0 and 1")
    logs = np.log(np.where(has_voice[:, None], np.maximum(table, SMALLEST), 1.0))
    return np.maximum(logs - logs.max(axis=1, keepdims=True), -limit), has_voice


def _coin(skill: float, labels: int) -> Floats:
    coin = np.full((labels, labels), (1 - skill) / (labels - 1))
    np.fill_diagonal(coin, skill)
    return coin


def _worth(skill: float, labels: int) -> float:
    """The log odds that an answer of somebody so skilled gives its label against another (nats)."""
    return float(np.log(skill * (labels - 1) / (1 - skill)))


def _posterior(evidence: _Evidence, shares: _Shares) -> Floats:
    experts, labels = evidence.shape
    by_answer = np.log(shares.confusions).transpose(0, 2, 1).reshape(experts * labels, labels)
    prior = np.where(evidence.has_voice[:, None], shares.weight * evidence.voice, np.log(shares.prior))
    posterior = softmax(prior + evidence.answered @ by_answer, axis=1)
    posterior[evidence.fixed] = 0.0
    posterior[evidence.fixed, evidence.truth] = 1.0
    return np.asarray(posterior)


def _shares(evidence: _Evidence, posterior: Floats, before: _Shares) -> _Shares:
    """The likeliest model of answers if the truth has these probabilities."""
    experts, labels = evidence.shape
    counts = evidence.answered.T @ posterior
    counts = counts.reshape(experts, labels, labels).transpose(0, 2, 1)
    raw = (STRENGTH * evidence.coin + counts) / (STRENGTH + counts.sum(axis=2, keepdims=True))
    is_answered = evidence.answered.getnnz(axis=1) > 0
    heard = posterior[is_answered]
    prior = (len(heard) + 1) / labels + heard.sum(axis=0)
    spoken = is_answered & evidence.has_voice.astype(bool)
    weight = before.weight
    if spoken.any():
        weight = _weight(evidence.voice[spoken], posterior[spoken], weight)
    return _Shares(_ordered(raw), prior / prior.sum(), weight)


def _weight(voice: Floats, posterior: Floats, weight: float) -> float:
    """A step of Newton's towards the weight under which the model's voice tells the truth best.

    One a round is enough: the likelihood is concave in the weight, and the truth moves with each round too.
    """
    shares = softmax(weight * voice, axis=1)
    mean = (shares * voice).sum(axis=1)
    slope = float((posterior * voice).sum() - mean.sum())
    curvature = float((shares * voice**2).sum() - (mean**2).sum())
    return float(np.clip(weight + slope / max(curvature, EDGE), 0.0, 1.0))


def _ordered(confusions: Floats) -> Floats:
    """No answer likelier where another label is true: what exceeds goes to that row's own label.

    Diagonals only grow by it, so that one pass is enough.
    """
    own = np.einsum("ekk->ek", confusions)
    excess = np.maximum(confusions - own[:, None, :], 0.0)
    ordered: Floats = confusions - excess
    np.einsum("ekk->ek", ordered)[:] += excess.sum(axis=2)
    return ordered


def _frozen(evidence: _Evidence, shares: _Shares, voice: float) -> ExpertConfusions:
    opinions = evidence.opinions
    matrices = map(matrix_of, shares.confusions.tolist())
    limit = voice * _worth(float(evidence.coin[0, 0]), len(opinions.labels))
    return ExpertConfusions(
        opinions.labels,
        tuple(map(float, shares.prior)),
        matrix_of(evidence.coin.tolist()),
        dict(zip(opinions.experts, matrices, strict=True)),
        shares.weight if evidence.has_voice.any() else 0.0,
        limit,
    )
