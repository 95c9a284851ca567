"""What holds for every set of labeled cases and every case held against it."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.measures.drift.novelty_profile import ALPHA, fit_novelty
from routing.prediction import CaseInput, Scalar
from routing.triage.novelty import NoveltyProfile

KNOWN = ["card", "lost", "money", "send", "my", "the", "again", "please", "now"]
WORD = st.sampled_from(KNOWN) | st.text(max_size=6)
TEXT = st.none() | st.lists(WORD, max_size=12).map(" ".join)
VALUE: st.SearchStrategy[Scalar] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(["us", "de"]), st.text(max_size=5)
)
INPUT = st.builds(
    CaseInput,
    text=TEXT,
    fields=st.dictionaries(st.sampled_from(["amount", "country", "age"]), VALUE, max_size=3),
)
FIELD_FREE = st.builds(CaseInput, text=TEXT)


@st.composite
def labeled(draw: st.DrawFn) -> list[CaseInput]:
    """100 to 400 inputs, of some dozens of kinds so that drawing them is quick."""
    kinds = draw(st.lists(INPUT, min_size=1, max_size=30))
    places = draw(st.lists(st.integers(0, len(kinds) - 1), min_size=100, max_size=400))
    return [kinds[place] for place in places]


@settings(max_examples=25, deadline=None)
@given(labeled(), st.lists(INPUT, min_size=1, max_size=20))
def test_a_profile_read_back_judges_identically(inputs: list[CaseInput], others: list[CaseInput]) -> None:
    profile = fit_novelty(inputs, 0.05)
    if profile is not None:
        again = NoveltyProfile.from_json(json.loads(json.dumps(profile.to_json())))
        assert again == profile
        assert [again.judge(one) for one in others] == [profile.judge(one) for one in others]


@settings(max_examples=25, deadline=None)
@given(labeled(), st.randoms(use_true_random=False))
def test_the_order_of_labeled_cases_changes_nothing(inputs: list[CaseInput], random: object) -> None:
    shuffled = list(inputs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = fit_novelty(inputs, 0.05), fit_novelty(shuffled, 0.05)
    assert (first and first.to_json()) == (second and second.to_json())


@settings(max_examples=25, deadline=None)
@given(labeled())
def test_a_labeled_case_is_never_novel_more_often_than_stated(inputs: list[CaseInput]) -> None:
    profile = fit_novelty(inputs)
    if profile is not None:
        assert sum(profile.judge(one) is not None for one in inputs) <= ALPHA * len(inputs)


@settings(max_examples=10, deadline=None)
@given(st.lists(FIELD_FREE, min_size=101, max_size=101))
def test_of_101_cases_at_most_so_many_are_novel_to_the_others(inputs: list[CaseInput]) -> None:
    """The conformal promise itself: exact, because each is held against all the others in turn."""
    found = 0
    for place, one in enumerate(inputs):
        profile = fit_novelty(inputs[:place] + inputs[place + 1 :], 0.05)
        found += profile is not None and profile.judge(one) is not None
    assert found <= 0.05 * 101
