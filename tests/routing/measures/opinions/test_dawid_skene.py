"""Confusions and truth fitted to each other: recovered, bounded, and whole from the first label on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.case.consensus import posterior
from routing.evidence.expert_confusions import ExpertConfusions
from routing.measures.opinions.consensus_choice import COUNT, choose_rule
from routing.measures.opinions.dawid_skene import by_count, fit, posteriors, typical_skill
from routing.measures.opinions.opinions import Floats, Opinions, opinions_of

answers = st.lists(
    st.tuples(st.sampled_from("12345"), st.sampled_from("xyz"), st.sampled_from("abc")), max_size=25
)


def crowd(cases: int, skills: list[float], each: int, seed: int) -> tuple[Opinions, list[str]]:
    """Each case answered by `each` of the experts, who are right as often as their skill says."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(3, size=cases)
    rows = []
    for case in range(cases):
        for expert in rng.choice(len(skills), each, replace=False):
            is_right = rng.random() < skills[expert]
            label = truth[case] if is_right else (truth[case] + 1 + rng.integers(2)) % 3
            rows.append((f"{case:05}", f"e{expert}", "abc"[label]))
    return opinions_of(rows, "abc"), ["abc"[label] for label in truth]


def said_by(truth: list[str], right: float, sure: float, seed: int) -> Floats:
    """A model that is right so often and says so with the confidence `sure`."""
    rng = np.random.default_rng(seed)
    places = np.array(["abc".index(label) for label in truth])
    first = np.where(
        rng.random(len(truth)) < right, places, (places + 1 + rng.integers(2, size=len(truth))) % 3
    )
    table = np.full((len(truth), 3), (1 - sure) / 2)
    table[np.arange(len(truth)), first] = sure
    return table


def share_right(table: Floats, truth: list[str]) -> float:
    return float(np.mean(table.argmax(axis=1) == ["abc".index(label) for label in truth]))


def test_experts_skills_are_recovered_without_knowing_the_truth() -> None:
    skills = [0.95, 0.9, 0.8, 0.7, 0.5]
    opinions, truth = crowd(3_000, skills, 3, 1)
    result = fit(opinions)
    for expert, skill in zip(opinions.experts, skills, strict=True):
        assert np.diag(result.confusions.of(expert)) == pytest.approx([skill] * 3, abs=0.06)
    counted = posteriors(by_count(opinions), opinions)
    assert share_right(result.posterior, truth) > share_right(counted, truth) + 0.02


def test_the_skill_of_a_typical_expert_follows_from_the_agreement_of_pairs() -> None:
    opinions, _ = crowd(3_000, [0.8] * 6, 2, 2)
    assert typical_skill(opinions) == pytest.approx(0.8, abs=0.02)
    assert typical_skill(crowd(3_000, [1 / 3] * 6, 2, 2)[0]) < 0.45
    assert typical_skill(opinions_of([], "ab")) == pytest.approx(0.8)


def test_it_works_from_the_first_label_of_the_first_case() -> None:
    result = fit(opinions_of([("1", "x", "a")], "abc"))
    assert result.posterior[0].argmax() == 0
    assert fit(opinions_of([], "abc")).posterior.shape == (0, 3)


def test_with_a_label_a_case_it_does_not_collapse() -> None:
    opinions, truth = crowd(2_000, [0.7] * 10, 1, 3)
    alone = np.array(["abc".index(label) for label in truth])
    said = opinions.label[np.argsort(opinions.case)]
    result = fit(opinions)
    assert np.mean(result.posterior.argmax(axis=1) == said) > 0.99
    assert share_right(result.posterior, truth) == pytest.approx(np.mean(said == alone), abs=0.01)


def test_a_model_that_is_sure_and_wrong_does_not_outvote_an_expert_and_is_weighed_less() -> None:
    opinions, truth = crowd(1_500, [0.9] * 6, 3, 4)
    wrong, right = said_by(truth, 0.4, 0.9999, 5), said_by(truth, 0.95, 0.95, 5)
    misled, helped, alone = fit(opinions, wrong), fit(opinions, right), fit(opinions)
    assert misled.confusions.model_weight < helped.confusions.model_weight <= 1
    assert share_right(misled.posterior, truth) > share_right(alone.posterior, truth) - 0.01
    assert share_right(helped.posterior, truth) > share_right(alone.posterior, truth)
    confusions = misled.confusions
    liar = {"a": 1e-9, "b": 1e-9, "c": 1.0}
    table = posterior([("new", "a"), ("other", "a")], confusions, liar)
    assert max(table, key=lambda label: table[label]) == "a"


def test_where_the_model_says_nothing_the_shares_of_labels_speak() -> None:
    opinions, truth = crowd(300, [0.8] * 5, 2, 6)
    table = said_by(truth, 0.9, 0.9, 7)
    table[::2] = np.nan
    result = fit(opinions, table)
    assert np.isfinite(result.posterior).all()
    assert share_right(result.posterior[1::2], truth[1::2]) > share_right(result.posterior[::2], truth[::2])


def test_what_is_settled_is_fixed_and_teaches_what_experts_are_worth() -> None:
    opinions, truth = crowd(400, [0.9, 0.9, 0.45, 0.45, 0.45], 2, 8)
    settled = {case: truth[place] for place, case in enumerate(opinions.cases[:200])}
    result = fit(opinions, settled=settled)
    assert share_right(result.posterior[:200], truth[:200]) == 1
    gaps = [np.trace(np.array(result.confusions.of(expert))) / 3 for expert in opinions.experts]
    assert min(gaps[:2]) > max(gaps[2:]) + 0.15


@given(answers, st.permutations("abc"), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_neither_order_nor_names_of_labels_change_it(
    rows: list[tuple[str, str, str]], names: list[str], chance: object
) -> None:
    other = dict(zip("abc", names, strict=True))
    renamed = [(case, who, other[label]) for case, who, label in rows]
    chance.shuffle(renamed)  # type: ignore[attr-defined]
    before = fit(opinions_of(rows, "abc", "12345")).posterior
    after = fit(opinions_of(renamed, "abc", "12345")).posterior
    columns = ["abc".index(other[label]) for label in "abc"]
    assert after[:, columns] == pytest.approx(before, abs=1e-6)
    assert before.sum(axis=1) == pytest.approx(np.ones(5))


def test_a_click_sees_what_a_tick_sees() -> None:
    opinions, truth = crowd(60, [0.9, 0.7, 0.6], 2, 9)
    model = said_by(truth, 0.8, 0.7, 9)
    result = fit(opinions, model)
    table = posteriors(result.confusions, opinions, model)
    for place in range(60):
        rows = [
            (opinions.experts[expert], opinions.labels[label])
            for case, expert, label in zip(opinions.case, opinions.expert, opinions.label, strict=True)
            if case == place
        ]
        own = dict(zip("abc", map(float, model[place]), strict=True))
        assert list(posterior(rows, result.confusions, own).values()) == pytest.approx(table[place])
    stored = ExpertConfusions.from_json(result.confusions.to_json())
    assert posteriors(stored, opinions, model) == pytest.approx(table, abs=1e-6)


def test_until_enough_is_settled_answers_are_counted_and_the_model_breaks_ties() -> None:
    opinions, truth = crowd(400, [0.9, 0.8, 0.7], 2, 10)
    settled = dict(zip(opinions.cases[:29], truth, strict=False))
    rule = choose_rule(opinions, 1, said_by(truth, 0.9, 0.9, 1), settled)
    assert (rule.name, rule.n, rule.certainty) == (COUNT, 29, None)
    tie = posterior([("e0", "a"), ("e1", "b")], rule.confusions, {"a": 0.3, "b": 0.6, "c": 0.1})
    assert max(tie, key=lambda label: tie[label]) == "b"
    most = posterior([("e2", "a"), ("e1", "a"), ("e0", "b")], rule.confusions, {"a": 0.0, "b": 1.0})
    assert max(most, key=lambda label: most[label]) == "a"


def test_a_model_that_is_better_than_experts_is_heard_once_cases_show_it() -> None:
    opinions, truth = crowd(800, [0.6] * 8, 1, 11)
    model = said_by(truth, 0.95, 0.9, 11)
    settled = dict(zip(opinions.cases[:100], truth, strict=False))
    rule = choose_rule(opinions, 1, model, settled)
    assert share_right(posteriors(rule.confusions, opinions, model)[100:], truth[100:]) > 0.9
    assert (rule.n, rule.certainty) == (100, None)
    assert set(rule.right) == {"experts", "with model", "experts first", "model", COUNT}


def test_the_stated_certainty_holds_on_cases_that_nobody_settled() -> None:
    opinions, truth = crowd(3_000, [0.9, 0.8, 0.7, 0.6, 0.5], 2, 12)
    settled = dict(zip(opinions.cases[:300], truth, strict=False))
    rule = choose_rule(opinions, 1, None, settled)
    assert rule.certainty is not None
    table = posteriors(rule.confusions, opinions)[300:]
    stated = np.array([rule.certainty.calibrator.calibrate(min(1.0, value)) for value in table.max(axis=1)])
    assert np.mean(stated) == pytest.approx(share_right(table, truth[300:]), abs=0.05)
    assert rule.certainty.n == 300
    assert choose_rule(opinions, 1, None, settled) == rule


def test_the_way_that_gets_most_of_the_settled_cases_right_is_taken() -> None:
    opinions, truth = crowd(600, [0.95, 0.55, 0.55, 0.55], 3, 13)
    rule = choose_rule(opinions, 1, None, dict(zip(opinions.cases[:150], truth, strict=False)))
    counted = posteriors(by_count(opinions), opinions)
    assert rule.name == "experts"
    assert rule.right["experts"] > rule.right[COUNT] + 0.05
    assert share_right(counted[:150], truth[:150]) == pytest.approx(rule.right[COUNT], abs=0.05)


def test_what_does_not_fit_is_refused() -> None:
    opinions = opinions_of([("1", "x", "a"), ("2", "y", "b")])
    with pytest.raises(ValueError, match="two labels or more"):
        fit(opinions_of([("1", "x", "a")]))
    with pytest.raises(ValueError, match="row for each case"):
        fit(opinions, np.ones((1, 2)) / 2)
    with pytest.raises(ValueError, match="between 0 and 1"):
        fit(opinions, np.array([[2.0, -1.0], [0.5, 0.5]]))
    with pytest.raises(ValueError, match="settled by a label"):
        fit(opinions, settled={"1": "c"})
    with pytest.raises(ValueError, match="not in the list: c"):
        choose_rule(opinions, 1, None, {"1": "c"})


@pytest.mark.parametrize("settled", [20, 60, 220])
def test_what_experts_are_worth_by_themselves_does_not_change_with_the_models_confidence(
    settled: int,
) -> None:
    opinions, truth = crowd(300, [0.95, 0.85, 0.7, 0.6], 2, 5)
    known = dict(zip(opinions.cases[:settled], truth[:settled], strict=True))
    quiet, loud = (choose_rule(opinions, 0, said_by(truth, 0.7, sure, 6), known) for sure in (0.4, 0.999))
    assert quiet.alone == loud.alone == choose_rule(opinions, 0, None, known).alone
    assert (quiet.certainty is None) == (settled < 200)
