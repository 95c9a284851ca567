"""Corrections that contradict another decision on a near-identical input."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

from routing.evidence.error_patterns import Contradiction, DecidedCase, DecidedInput
from routing.measures.texts import contradictions
from routing.measures.texts.contradictions import find_contradictions
from routing.prediction import CaseInput, Image, Scalar
from tests.places import DATA

BANKING = DATA / "banking77" / "train.csv"
START = datetime(2026, 11, 16, tzinfo=UTC)
LONG = (
    "my card was swallowed by the machine at the airport this morning and nobody there could help me at all"
)
OTHERS = ("where is my new phone", "the transfer never arrived", "please close this account for good")


def decided(
    name: str,
    label: str,
    text: str | None = None,
    predicted: str = "honest",
    **fields: Scalar,
) -> DecidedInput:
    minutes = timedelta(minutes=sum(map(ord, name)))
    return DecidedInput(
        name, CaseInput(text=text, fields=fields), label, float(label != predicted), START + minutes
    )


def pairs(cases: Sequence[DecidedInput], minimum: float = 0.9) -> list[tuple[str, str]]:
    found = find_contradictions(cases, minimum).contradictions
    return [(one.first.case_id, one.second.case_id) for one in found]


def test_the_same_input_decided_differently_is_a_contradiction_newest_side_first() -> None:
    report = find_contradictions([decided("a", "fraud", LONG), decided("b", "honest", LONG)])
    assert report.contradictions == (
        Contradiction(DecidedCase("b", "honest", LONG), DecidedCase("a", "fraud", LONG), 1.0),
    )
    assert (report.n, report.compared, report.minimum_similarity) == (2, 1, 0.9)


@pytest.mark.parametrize(
    "again", [LONG.upper(), f"  {LONG.replace(' ', '  ')}!", LONG.replace("card", "\uff43ard")]
)
def test_case_spacing_and_punctuation_do_not_tell_inputs_apart(again: str) -> None:
    assert pairs([decided("a", "fraud", LONG), decided("b", "honest", again)], 1.0) == [("b", "a")]


def pictured(name: str, label: str, image: Image) -> DecidedInput:
    case = decided(name, label, "Which digit was written here?")
    return replace(case, input=replace(case.input, image=image))


def test_the_same_words_about_different_pictures_are_no_contradiction() -> None:
    scans = [Image("a scan", url=f"https://e.com/{number}.png") for number in range(4)]
    uploads = [Image("a scan", image_id=f"img_{number}") for number in range(4)]
    labels = ("fraud", "honest", "fraud", "honest")
    for images in (scans, uploads):
        assert pairs([pictured(str(n), labels[n], image) for n, image in enumerate(images)], 0.5) == []


def test_the_same_picture_with_the_same_words_is_a_contradiction() -> None:
    image = Image("a scan", url="https://e.com/1.png")
    assert pairs([pictured("a", "fraud", image), pictured("b", "honest", image)]) == [("b", "a")]


def test_answers_to_different_questions_do_not_contradict_each_other() -> None:
    first, second = decided("a", "fraud", LONG), decided("b", "honest", LONG)
    assert pairs([replace(first, task="kind"), replace(second, task="urgency")]) == []
    assert pairs([replace(first, task="kind"), replace(second, task="kind")]) == [("b", "a")]


def test_the_same_decision_is_no_contradiction() -> None:
    assert pairs([decided("a", "fraud", LONG), decided("b", "fraud", LONG)]) == []


def test_where_nobody_corrected_the_model_nothing_is_shown() -> None:
    cases = [decided("a", "fraud", LONG, predicted="fraud"), decided("b", "honest", LONG, predicted="honest")]
    assert pairs(cases) == []
    assert pairs([*cases, decided("c", "odd", "quite another text")]) == []


def test_a_few_changed_words_still_count_as_near_identical() -> None:
    cases = [decided("a", "fraud", LONG), decided("b", "honest", LONG.replace("morning", "evening"))]
    cases += [decided(f"o{place}", "honest", text) for place, text in enumerate(OTHERS)]
    assert pairs(cases) == [("b", "a")]
    assert pairs(cases, 0.99) == []


def test_other_texts_do_not_contradict() -> None:
    cases = [
        decided(f"o{place}", name, text) for place, (name, text) in enumerate(zip("abc", OTHERS, strict=True))
    ]
    assert pairs(cases) == []


def test_fields_are_compared_with_numbers_to_three_digits() -> None:
    cases = [decided("a", "fraud", None, shop="Berlin 1", amount=100.04, is_new=True, note=None)]
    same = decided("b", "honest", None, shop="berlin-1", amount=100.0, is_new=True)
    assert pairs([*cases, same]) == [("b", "a")]
    for other in ({"amount": 250.0}, {"is_new": False}, {"shop": "Bonn"}):
        fields: dict[str, Scalar] = {"shop": "berlin-1", "amount": 100.0, "is_new": True, **other}
        assert pairs([*cases, decided("b", "honest", None, "honest", **fields)]) == []


def test_inputs_without_text_and_fields_look_like_no_other() -> None:
    report = find_contradictions([decided("a", "fraud"), decided("b", "honest"), decided("c", "fraud", "?!")])
    assert report.contradictions == ()
    assert (report.n, report.compared) == (3, 0)


def test_every_case_is_shown_once_with_the_newest_of_the_other_side() -> None:
    cases = [decided("a", "fraud", LONG), decided("b", "honest", LONG), decided("c", "honest", LONG)]
    assert pairs(cases) == [("c", "a")]


def test_the_most_alike_come_first_and_only_as_many_as_asked_for() -> None:
    other = OTHERS[1] + " although it was sent more than three long weeks ago from another bank of mine"
    cases = [decided("a", "fraud", LONG), decided("b", "honest", LONG.replace("morning", "evening"))]
    cases += [decided("A", "fraud", other), decided("B", "honest", other)]
    assert pairs(cases, 0.7) == [("B", "A"), ("b", "a")]
    (only,) = find_contradictions(cases, 0.7, most=1).contradictions
    assert only.first.case_id == "B"


def test_similarities_are_those_of_scikit_learn() -> None:
    texts = [LONG, LONG.replace("morning", "evening"), *OTHERS]
    cases = [decided(f"c{place}", "fraud" if place else "odd", text) for place, text in enumerate(texts)]
    (found,) = find_contradictions(cases, 0.5).contradictions
    vectors = TfidfVectorizer(token_pattern=r"\w+").fit_transform(texts)
    assert found.similarity == pytest.approx(cosine_similarity(vectors)[0, 1])
    assert type(found.similarity) is float


def test_only_the_newest_inputs_are_searched_for_near_identical_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contradictions, "MOST_COMPARED", 3)
    near = [decided("a", "fraud", LONG), decided("b", "honest", LONG.replace("morning", "evening"))]
    newer = [decided(f"z{place}", "honest", text) for place, text in enumerate(OTHERS)]
    assert pairs([*near, *newer[:1]]) == [("b", "a")]
    report = find_contradictions([*near, *newer])
    assert (report.contradictions, report.compared) == ((), 3)
    assert pairs([*near, *newer, decided("c", "odd", LONG)]) == [("c", "a")]


def test_every_case_has_one_decision() -> None:
    with pytest.raises(ValueError, match="every case has to be given once"):
        find_contradictions([decided("a", "fraud", LONG), decided("a", "honest", LONG)])


@pytest.mark.parametrize("minimum", [0.0, 1.01, float("nan")])
def test_a_similarity_is_a_share(minimum: float) -> None:
    with pytest.raises(ValueError, match="minimum_similarity"):
        find_contradictions([], minimum)


def test_nothing_decided_is_nothing_found() -> None:
    assert find_contradictions([]).contradictions == ()


@given(st.permutations(range(12)))
@settings(max_examples=20, deadline=None)
def test_order_changes_nothing(order: Sequence[int]) -> None:
    words = LONG.split()
    cases = [
        decided(
            f"c{place}", "fraud" if place % 3 else "honest", " ".join([*words, words[place % 4], "x" * place])
        )
        for place in range(12)
    ]
    plain = find_contradictions(cases, 0.6)
    assert plain.contradictions
    assert find_contradictions([cases[place] for place in order], 0.6) == plain


def test_contradictions_planted_among_real_messages_are_found() -> None:
    if not BANKING.exists():
        pytest.skip(f"the bank messages are not beside this checkout ({BANKING})")
    with BANKING.open(newline="") as file:
        rows = list(csv.DictReader(file))[:3_000]
    rng = np.random.default_rng(6)
    cases = [
        decided(f"c{place}", row["category"], row["text"], row["category"]) for place, row in enumerate(rows)
    ]
    long = [place for place, row in enumerate(rows) if len(row["text"].split()) >= 25]
    planted = {f"c{place}" for place in rng.choice(long, 20, replace=False)}
    copies = [
        decided(f"p{case.case_id}", "wrong", f"Hello! {case.input.text}", case.decided)
        for case in cases
        if case.case_id in planted
    ]
    found = {second.removeprefix("p") for pair in pairs([*cases, *copies]) for second in pair}
    assert len(planted & found) >= 18
    assert found - planted == set()
