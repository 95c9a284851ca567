"""What others make of the same answers: a probability or a mark for each label of each case.

Majority, Dawid & Skene and one-coin are here; crowd-kit's methods and cleanlab's CROWDLAB where installed.
"""

import warnings
from collections.abc import Callable, Mapping
from importlib.util import find_spec

import numpy as np

from routing.measures.opinions.opinions import Floats, Opinions

Method = Callable[[Opinions, Floats | None], Floats]
ROUNDS = 100
LEAST = 1e-9


def majority(opinions: Opinions, model: Floats | None) -> Floats:
    """The most answers win."""
    return opinions.counts()


def dawid_skene(opinions: Opinions, model: Floats | None) -> Floats:
    """Dawid & Skene 1979 without priors, from shares of answers."""
    experts, labels = len(opinions.experts), len(opinions.labels)
    truth = _start(opinions)
    for _ in range(ROUNDS):
        counts = np.zeros((experts, labels, labels))
        np.add.at(counts, (opinions.expert, opinions.label), truth[opinions.case])
        shares = np.maximum(counts / np.maximum(counts.sum(axis=1, keepdims=True), LEAST), LEAST)
        logs = np.tile(np.log(np.maximum(truth.mean(axis=0), LEAST)), (len(truth), 1))
        np.add.at(logs, opinions.case, np.log(shares)[opinions.expert, opinions.label])
        truth, before = _normal(logs), truth
        if np.abs(truth - before).max() < 1e-4:
            break
    return truth


def one_coin(opinions: Opinions, model: Floats | None) -> Floats:
    """Dawid & Skene with a single chance of being right for each expert."""
    experts, others = len(opinions.experts), len(opinions.labels) - 1
    answers = np.maximum(np.bincount(opinions.expert, minlength=experts), 1)
    truth = _start(opinions)
    for _ in range(ROUNDS):
        right = np.bincount(opinions.expert, truth[opinions.case, opinions.label], minlength=experts)
        skill = np.clip(right / answers, 1e-6, 1 - 1e-6)
        logs = np.tile(np.log(np.maximum(truth.mean(axis=0), LEAST)), (len(truth), 1))
        worth = np.log(skill * others / (1 - skill))
        np.add.at(logs, (opinions.case, opinions.label), worth[opinions.expert])
        truth, before = _normal(logs), truth
        if np.abs(truth - before).max() < 1e-4:
            break
    return truth


CROWDLAB = "CROWDLAB"
CROWD_KIT = ("MajorityVote", "DawidSkene", "OneCoinDawidSkene", "Wawa", "ZeroBasedSkill")
SLOW = ("GLAD", "MACE", "MMSR")
"""They take up to minutes a crowd; KOS takes two labels only."""
INSTALL = "not installed: `uv sync --group benchmarks`"


def names_of(*, with_slow: bool = False) -> tuple[str, ...]:
    """The methods that can be had; says what is not installed."""
    names = list(OWN)
    if find_spec("crowdkit"):
        names += [f"crowd-kit {name}" for name in (*CROWD_KIT, *(SLOW if with_slow else ()))]
    else:
        print(f"     crowd-kit {INSTALL}")
    if find_spec("cleanlab"):
        names.append(CROWDLAB)
    else:
        print(f"     cleanlab (CROWDLAB) {INSTALL}")
    return tuple(names)


def method_of(name: str) -> Method:
    """The method of that name."""
    if name == CROWDLAB:
        return crowdlab
    return OWN[name] if name in OWN else _crowd_kit(name.removeprefix("crowd-kit "))


def _crowd_kit(name: str) -> Method:
    def method(opinions: Opinions, model: Floats | None) -> Floats:
        import crowdkit.aggregation as kit
        import pandas as pd
        from sklearn.base import BaseEstimator

        # Wawa and ZeroBasedSkill ask scikit-learn whether they are fitted, which it tells of its own alone.
        estimator = type(name, (getattr(kit, name), BaseEstimator), {})
        rows = {"task": opinions.case, "worker": opinions.expert, "label": opinions.label}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            labels = estimator().fit_predict(pd.DataFrame(rows))
        marks = np.zeros((len(opinions.cases), len(opinions.labels)))
        marks[labels.index.to_numpy(), labels.to_numpy().astype(int)] = 1.0
        return marks

    return method


def crowdlab(opinions: Opinions, model: Floats | None) -> Floats:
    """Goh, Tkachenko & Mueller 2022; it needs a model. Raises ValueError without one, or where it cannot."""
    import pandas as pd
    from cleanlab.multiannotator import get_label_quality_multiannotator

    if model is None:
        raise ValueError("CROWDLAB needs a model")
    table = np.full((len(opinions.cases), len(opinions.experts)), np.nan)
    table[opinions.case, opinions.expert] = opinions.label
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = get_label_quality_multiannotator(pd.DataFrame(table), model, verbose=False)
    marks = np.zeros((len(opinions.cases), len(opinions.labels)))
    consensus = told["label_quality"]["consensus_label"].to_numpy().astype(int)
    marks[np.arange(len(consensus)), consensus] = 1.0
    return marks


OWN: Mapping[str, Method] = {"majority": majority, "Dawid-Skene": dawid_skene, "one-coin": one_coin}


def _start(opinions: Opinions) -> Floats:
    counts = opinions.counts()
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0))


def _normal(logs: Floats) -> Floats:
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))
