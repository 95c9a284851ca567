"""Which way of weighing answers is best for a task, and how sure its decisions are: on what is adjudicated.

No way wins everywhere: where truth is a matter of opinion the model's voice misleads, elsewhere it is worth
an expert. So the task's own gold and adjudicated cases choose, and state the certainty.
"""

from collections.abc import Mapping

import numpy as np

from routing.evidence.expert_confusions import ConsensusRule, ExpertConfusions, StatedCertainty
from routing.measures.calibration.calibration_error import ece
from routing.measures.calibration.recalibration import applied, of_confidences
from routing.measures.calibration.recalibration import fit as calibrator_of
from routing.measures.opinions.dawid_skene import VOICE, by_count, fit, posteriors
from routing.measures.opinions.opinions import Floats, Opinions, Places

LEAST_TO_CHOOSE = 30
"""Settled cases below which the most answers win and the model breaks ties."""
LEAST_TO_STATE = 200
"""Settled cases from which a certainty is stated."""
FOLDS = 5
COUNT = "count"
VOICES: Mapping[str, float] = {"experts": VOICE, "with model": 0.9, "experts first": 0.3, "model": 2.0}
"""How many answers of a typical expert the model counts for at most; of equals the first is used."""
EQUAL = 1e-9


def choose_rule(
    opinions: Opinions,
    seed: int,
    model: Floats | None = None,
    settled: Mapping[str, str] | None = None,
) -> ConsensusRule:
    """The way that gets most of the settled cases right, fitted to all answers and to what is settled.

    `model` and `settled` are as in `dawid_skene.fit`; settled are gold and adjudicated cases. Ways are
    compared on fits that do not see what is settled; certainty is fitted to posteriors of which each comes
    from a fit that did not see how its own case was settled. The same values and seed give the same.
    Raises ValueError for values that do not fit.
    """
    truth = dict(settled or {})
    places, right = _settled_places(opinions, truth)
    if len(places) < LEAST_TO_CHOOSE:
        counted = by_count(opinions)
        return ConsensusRule(COUNT, counted, counted, len(places))
    shares = _shares_right(opinions, model, places, right)
    best, best_alone = _best(shares), _best(_shares_right(opinions, None, places, right))
    final = _fitted(best, opinions, model, truth)
    certainty = None
    if len(places) >= LEAST_TO_STATE:
        certainty = _certainty(best, opinions, model, truth, np.random.default_rng(seed))
    # Chosen and fitted anew: the model's voice has had a part in what `final` says of each expert.
    alone = _fitted(best_alone, opinions, None, truth)
    return ConsensusRule(best, final, alone, len(places), shares, certainty)


def _settled_places(opinions: Opinions, settled: Mapping[str, str]) -> tuple[Places, Places]:
    """Where the settled cases that have answers are, and the places of their labels."""
    names = {label: place for place, label in enumerate(opinions.labels)}
    if absent := sorted(set(settled.values()) - names.keys()):
        raise ValueError(f"cases are settled by labels that are not in the list: {', '.join(absent[:3])}")
    is_answered = np.bincount(opinions.case, minlength=len(opinions.cases)) > 0
    is_settled = np.array([case in settled for case in opinions.cases], dtype=bool)
    places = np.flatnonzero(is_answered & is_settled)
    return places, np.array([names[settled[opinions.cases[place]]] for place in places], dtype=np.intp)


def _shares_right(
    opinions: Opinions, model: Floats | None, places: Places, right: Places
) -> dict[str, float]:
    """The share of the settled cases that each way gets right."""
    return {name: _right(posterior[places], right) for name, posterior in _ways(opinions, model).items()}


def _best(shares: Mapping[str, float]) -> str:
    return max(shares, key=lambda name: shares[name] + (EQUAL if name != COUNT else 0.0))


def _ways(opinions: Opinions, model: Floats | None) -> dict[str, Floats]:
    """The posterior by each way."""
    # Without a model all voices are the same.
    voices = VOICES if model is not None else {"experts": VOICE}
    ways = {name: fit(opinions, model, voice=voice).posterior for name, voice in voices.items()}
    return {**ways, COUNT: posteriors(by_count(opinions), opinions, model)}


def _fitted(
    name: str, opinions: Opinions, model: Floats | None, settled: Mapping[str, str]
) -> ExpertConfusions:
    return by_count(opinions) if name == COUNT else fit(opinions, model, settled, VOICES[name]).confusions


def _right(posterior: Floats, truth: Places) -> float:
    """The share of cases whose likeliest label is the truth; of tied labels each counts its part."""
    is_first = posterior >= posterior.max(axis=1, keepdims=True) - EQUAL
    return float((is_first[np.arange(len(truth)), truth] / is_first.sum(axis=1)).mean())


def _certainty(
    name: str, opinions: Opinions, model: Floats | None, settled: Mapping[str, str], rng: np.random.Generator
) -> StatedCertainty:
    places, right = _settled_places(opinions, settled)
    fold = rng.permutation(len(places)) % FOLDS
    posterior = np.empty((len(places), len(opinions.labels)))
    for number in range(FOLDS):
        hidden = {opinions.cases[place] for place in places[fold == number]}
        others = {case: label for case, label in settled.items() if case not in hidden}
        confusions = _fitted(name, opinions, model, others)
        posterior[fold == number] = posteriors(confusions, opinions, model)[places[fold == number]]
    labeled = of_confidences(np.minimum(posterior.max(axis=1), 1.0), posterior.argmax(axis=1) == right)
    held_out = np.empty(len(places))
    for number in range(FOLDS):
        calibrator = calibrator_of("platt", labeled.at(np.flatnonzero(fold != number)))
        held_out[fold == number] = applied(calibrator, labeled.at(np.flatnonzero(fold == number)))
    error = ece(held_out, labeled.sample.correct.astype(bool))
    return StatedCertainty(calibrator_of("platt", labeled), len(places), error)
