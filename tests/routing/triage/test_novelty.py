"""Whether a single case is called novel for the right reason, and hardly ever for no reason."""

import csv
import json
from zlib import crc32

import numpy as np
import pytest

from routing.measures.drift.novelty_profile import MAX_VALUES, fit_novelty
from routing.prediction import CaseInput, Scalar
from routing.triage.novelty import MAX_CHARACTERS, NoveltyProfile, terms, value_key, words_of
from tests.places import DATA

SENTENCES = ("please send my card again", "the card is lost again", "send the money to my card please")


def labeled(n: int = 200, **values: Scalar) -> list[CaseInput]:
    """Inputs with a text of few words, an amount between 10 and 109, and one of two countries."""
    return [
        CaseInput(
            text=SENTENCES[place % 3],
            fields={"amount": 10 + place % 100, "country": ("us", "de")[place % 2], **values},
        )
        for place in range(n)
    ]


def fitted(inputs: list[CaseInput], alpha: float = 0.1) -> NoveltyProfile:
    profile = fit_novelty(inputs, alpha)
    assert profile is not None
    return profile


def reason(profile: NoveltyProfile, **given: object) -> str | None:
    """Why a case is novel that is like the labeled ones but for what is given."""
    fields = {"amount": 50, "country": "us", **{k: v for k, v in given.items() if k != "text"}}
    text = given.get("text", SENTENCES[0])
    assert text is None or isinstance(text, str)
    novelty = profile.judge(CaseInput(text=text, fields=fields))  # type: ignore[arg-type]
    return novelty.reason if novelty else None


def test_a_case_like_the_labeled_ones_is_not_novel() -> None:
    assert reason(fitted(labeled())) is None


def test_new_words_are_counted_in_words_a_lead_reads() -> None:
    found = reason(fitted(labeled()), text="my spaceship hit the aurora over Nowhere again")
    assert found == ("unlike anything labeled: 5 of 8 words are new (more than in 29 of 30 labeled cases)")


def test_a_text_of_one_word_is_said_to_have_one() -> None:
    assert "1 of 1 word is new" in str(reason(fitted(labeled()), text="spaceship"))


@pytest.mark.parametrize("value", [9_000, 10**400, float("inf"), -500.0])
def test_a_number_outside_the_labeled_range_is_novel(value: float) -> None:
    assert "amount lies outside " in str(reason(fitted(labeled()), amount=value))


def test_a_number_a_little_beyond_the_labeled_ones_is_not_novel() -> None:
    assert reason(fitted(labeled()), amount=112) is None


def test_a_number_that_one_labeled_case_had_by_mistake_does_not_widen_the_range() -> None:
    inputs = labeled(400)
    inputs[7] = CaseInput(text=SENTENCES[0], fields={"amount": 10**7, "country": "us"})
    assert "amount lies outside" in str(reason(fitted(inputs), amount=10**6))


@pytest.mark.parametrize("value", [None, float("nan")])
def test_a_missing_number_is_novel_where_none_was_missing(value: float | None) -> None:
    assert reason(fitted(labeled()), amount=value) == (
        "unlike anything labeled: amount is missing, as in no labeled case"
    )


def test_a_missing_number_is_not_novel_where_some_were_missing() -> None:
    inputs = [
        CaseInput(one.text, {"country": "us"}) if place % 9 == 0 else one
        for place, one in enumerate(labeled())
    ]
    assert reason(fitted(inputs), amount=None) is None


@pytest.mark.parametrize("value", ["12", True])
def test_something_else_in_a_numeric_field_is_novel(value: Scalar) -> None:
    assert "amount is no number" in str(reason(fitted(labeled()), amount=value))


def test_a_new_category_is_novel() -> None:
    assert "country has a value seen in no labeled case" in str(reason(fitted(labeled()), country="fr"))
    assert "country is missing, as in no labeled case" in str(reason(fitted(labeled()), country=None))


def test_everything_new_is_named() -> None:
    found = str(reason(fitted(labeled()), text="spaceship over aurora", amount=-(10**6), country="fr"))
    assert found.count(";") == 2


def test_a_field_that_names_the_case_is_not_judged() -> None:
    inputs = [CaseInput(fields={"order": f"o{place}"}) for place in range(200)]
    assert fit_novelty(inputs) is None


def test_a_field_with_too_many_categories_is_not_judged() -> None:
    inputs = [CaseInput(fields={"shop": f"s{place % (MAX_VALUES + 1)}"}) for place in range(3 * MAX_VALUES)]
    assert fit_novelty(inputs) is None


def test_texts_that_are_all_new_each_time_are_not_judged() -> None:
    inputs = [CaseInput(text=f"{'abcdefghij'[place % 10]}{chr(0x400 + place)}") for place in range(200)]
    profile = fit_novelty(inputs)
    assert profile is not None
    assert profile.judge(CaseInput(text="spaceship")) is None


def test_numbers_that_are_half_outliers_or_never_finite_are_not_judged() -> None:
    spread = [CaseInput(fields={"amount": 0 if place % 4 else place}) for place in range(200)]
    endless = [CaseInput(fields={"amount": float("inf") if place % 2 else 10**400}) for place in range(200)]
    assert fit_novelty(spread) is None
    assert fit_novelty(endless) is None


@pytest.mark.parametrize("tiny", [1e-320, 1e-3, 1e299])
def test_numbers_of_every_size_are_judged_without_overflow(tiny: float) -> None:
    """Below the median they are spread widely, above it hardly, with one far off on either side."""
    amounts = [
        -1e300,
        *(-1e300 * place / 200 for place in range(100)),
        *(tiny * place for place in range(100)),
        1e300,
    ]
    made = [CaseInput(fields={"amount": amount}) for amount in amounts * 2]
    profile = fitted(made)
    assert NoveltyProfile.from_json(json.loads(json.dumps(profile.to_json(), allow_nan=False))) == profile
    assert reason(profile, amount=0.0) is None


def test_where_one_labeled_case_lacks_a_number_another_may_lack_it() -> None:
    inputs = labeled()
    inputs[0] = CaseInput(text=SENTENCES[0], fields={"country": "us"})
    assert reason(fitted(inputs), amount=None) is None


def test_fewer_than_a_hundred_labeled_cases_say_nothing() -> None:
    assert fit_novelty(labeled(99)) is None
    assert fit_novelty(labeled(100)) is not None


def test_where_labels_are_few_the_text_is_judged_first() -> None:
    few, more = fit_novelty(labeled(100)), fit_novelty(labeled(200))
    assert few is not None
    assert more is not None
    assert few.words is not None
    assert few.fields == ()
    assert [field.name for field in more.fields] == ["amount"]


def test_an_alpha_too_small_for_these_labels_judges_nothing() -> None:
    assert fit_novelty(labeled(200), alpha=0.001) is None


def test_inputs_with_nothing_in_them_give_no_profile() -> None:
    assert fit_novelty([CaseInput()] * 200) is None


def test_a_large_weight_makes_a_limit_that_a_rare_case_set_a_common_one() -> None:
    inputs = [*labeled(300), CaseInput(text="alpha beta gamma delta", fields={"amount": 1, "country": "us"})]
    strange = "epsilon zeta eta theta"
    assert reason(fitted(inputs, 0.05), text=strange) is not None
    weighted = fit_novelty(inputs, 0.05, [1.0] * 300 + [10.0])
    assert weighted is not None
    assert reason(weighted, text=strange) is None


def shop(rng: np.random.Generator, is_sure: bool) -> CaseInput:
    """One of 40 oddities in 3 % of what the model is sure of, hardly ever in the rest; the rest is plain."""
    is_odd = rng.random() < (0.03 if is_sure else 0.001)
    odd = " ".join(f"{chr(0x4E00 + place)}" for place in rng.integers(0, 20_000, 6))
    return CaseInput(text=odd if is_odd else SENTENCES[rng.integers(3)])


def test_the_share_called_novel_is_one_of_all_traffic_however_labels_were_drawn() -> None:
    """Of every 10 predictions the model is sure of 9, and one in 20 of these is labeled; of the rest all."""
    rng = np.random.default_rng(8)
    weights = np.where(rng.random(2_900) < 900 / 2_900, 20.0, 1.0)
    inputs = [shop(rng, weight > 1) for weight in weights]
    traffic = [shop(rng, bool(rng.random() < 0.9)) for _ in range(4_000)]

    def called_novel(profile: NoveltyProfile | None) -> float:
        assert profile is not None
        return sum(profile.judge(one) is not None for one in traffic) / len(traffic)

    assert called_novel(fit_novelty(inputs, 0.02, list(weights))) <= 0.02
    assert called_novel(fit_novelty(inputs, 0.02)) > 0.02, "the labels as they came would call more novel"


@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_an_alpha_that_is_no_probability_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        fit_novelty(labeled(), alpha)


@pytest.mark.parametrize("weights", [[1.0], [0.0] * 200, [float("inf")] * 200])
def test_weights_that_do_not_fit_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        fit_novelty(labeled(), weights=weights)


def test_words_are_those_of_the_language() -> None:
    assert words_of("Straße, STRASSE ﬁne") == {"strasse", "fine"}
    assert words_of("order 4711 and 12") == {"order", "0", "and"}
    assert words_of("我的卡") == {"我", "的", "卡"}
    assert words_of("a" * (MAX_CHARACTERS + 5)) == {"a" * MAX_CHARACTERS}


def test_words_and_values_are_kept_as_their_checksum_only() -> None:
    assert terms("card") == {crc32(b"card")}
    stored = json.dumps(fitted(labeled(secret="hush")).to_json())
    assert "card" not in stored
    assert "hush" not in stored


def test_values_of_different_types_differ() -> None:
    assert len({value_key(value) for value in (1, "1", True, None, "None", "True")}) == 6


def test_a_profile_knows_at_most_so_many_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routing.measures.drift.novelty_profile.MAX_TERMS", 5)
    words = fitted(labeled()).words
    assert words is not None
    assert 0 < len(words.keys) <= 5


def test_bank_messages_are_novel_rarely_and_text_messages_often() -> None:
    if not (DATA / "banking77").exists():
        pytest.skip("the real data are not beside this checkout (banking77, sms_spam)")
    with (DATA / "banking77" / "train.csv").open(encoding="utf-8") as file:
        bank = [CaseInput(text=row["text"]) for row in csv.DictReader(file)]
    lines = (DATA / "sms_spam" / "SMSSpamCollection.tsv").read_text(encoding="utf-8").splitlines()
    order = np.random.default_rng(7).permutation(len(bank))
    profile = fit_novelty([bank[place] for place in order[:1_000]])
    assert profile is not None
    like = sum(profile.judge(bank[place]) is not None for place in order[1_000:4_000]) / 3_000
    unlike = sum(profile.judge(CaseInput(text=line.split("\t", 1)[1])) is not None for line in lines[:2_000])
    assert like <= 0.015
    assert unlike / 2_000 >= 0.7
