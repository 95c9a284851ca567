"""What a look at a window finds, how often it is wrong over a year, and what it tells a lead."""

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from routing.evidence.alarm import WHOLE, Alarm, AlarmKind, Drift
from routing.measures.drift.drift import MIN_CASES, Look, find_drift, learn_reference
from routing.measures.drift.observations import Observation, columns
from routing.prediction import CaseInput, Scalar
from tests.places import DATA

PHRASES = (
    "where is my new card",
    "the card did not arrive",
    "how do i top up my account",
    "my transfer is still pending",
    "please tell me the exchange rate",
    "someone took money from my account",
)


def traffic(rng: np.random.Generator, n: int, name: str = "c", with_text: bool = False) -> list[Observation]:
    """Predictions as they always were: two channels, three countries, amounts, skewed confidences."""
    phrases = rng.integers(0, len(PHRASES), (n, 2))
    confidence = np.where(rng.random(n) < 0.9, 1 - 0.2 * rng.random(n) ** 3, rng.random(n))
    countries = rng.choice(["us", "de", "fr"], n, p=[0.6, 0.3, 0.1])
    amounts = rng.lognormal(3, 1, n)
    labels = rng.choice([f"l{place}" for place in range(8)], n)
    channels = rng.choice(["app", "web"], n)
    return [
        Observation(
            case_id=f"{name}{place}",
            input=CaseInput(
                text=" and ".join(PHRASES[one] for one in phrases[place]) if with_text else None,
                fields={"country": str(countries[place]), "amount": float(amounts[place]), "vip": None},
            ),
            label=str(labels[place]),
            confidence=float(confidence[place]),
            slices={"channel": str(channels[place])},
        )
        for place in range(n)
    ]


def look(window: Sequence[Observation], reference: Sequence[Observation], **changes: Look) -> Drift:
    """One look with generators of its own."""
    learned = learn_reference(columns(reference), np.random.default_rng(1))
    return find_drift("returns", learned, columns(window), np.random.default_rng(2), **changes)  # type: ignore[arg-type]


def with_field(case: Observation, name: str, value: Scalar) -> Observation:
    return replace(case, input=replace(case.input, fields={**case.input.fields, name: value}))


def with_text(case: Observation, text: str) -> Observation:
    return replace(case, input=replace(case.input, text=text))


@pytest.fixture(scope="module")
def before() -> list[Observation]:
    return traffic(np.random.default_rng(11), 2_000)


@pytest.fixture
def now() -> list[Observation]:
    return traffic(np.random.default_rng(12), 600, "w")


def only(drift: Drift) -> Alarm:
    assert len(drift.alarms) == 1, [alarm.sentence for alarm in drift.alarms]
    return drift.alarms[0]


def test_a_year_of_daily_looks_without_change_raises_no_alarm(before: list[Observation]) -> None:
    """Windows overlap, as those of the last days do; a year may alarm with a probability of 5 %."""
    rng = np.random.default_rng(13)
    reference = learn_reference(columns([replace(case, slices={}) for case in before]), rng)
    days = [[replace(case, slices={}) for case in traffic(rng, 100)] for _ in range(367)]
    windows = ([*one, *two, *three] for one, two, three in zip(days, days[1:], days[2:], strict=False))
    alarms = sum(len(find_drift("returns", reference, columns(window), rng).alarms) for window in windows)
    assert alarms == 0


def test_one_look_without_change_finds_anything_as_seldom_as_stated(before: list[Observation]) -> None:
    rng, looks, level = np.random.default_rng(14), 150, 0.2
    found = 0
    for _ in range(looks):
        reference = learn_reference(columns(traffic(rng, 500)), rng)
        window = columns(traffic(rng, 250))
        drift = find_drift("returns", reference, window, rng, look=Look(days=365), delta=level)
        found += bool(drift.alarms or drift.small)
    assert found / looks <= level + 2 * (level * (1 - level) / looks) ** 0.5


def test_lower_confidence_is_told_with_both_means(before: list[Observation], now: list[Observation]) -> None:
    lower = [replace(case, confidence=0.4) if place % 5 == 0 else case for place, case in enumerate(now)]
    alarm = only(look(lower, before))
    assert (alarm.kind, alarm.slice, alarm.subject) == (AlarmKind.CONFIDENCE, WHOLE, None)
    assert alarm.effect < -0.05
    assert alarm.sentence.startswith("The model is less sure than it was: 8")
    assert " % on average, before 9" in alarm.sentence
    assert alarm.sentence.endswith(
        "; compared were 600 cases of the last week with 2,000 of the 4 weeks before."
    )
    assert {case.confidence for case in lower if case.case_id in alarm.case_ids} == {0.4}
    assert len(alarm.case_ids) == 3


def test_an_alarm_says_how_long_its_cases_took_to_come_in(
    before: list[Observation], now: list[Observation]
) -> None:
    lower = [replace(case, confidence=0.4) for case in now]
    alarm = only(look(lower, before, look=Look(weeks=5, reference_weeks=12)))
    assert alarm.sentence.endswith(
        "; compared were 600 cases of the last 5 weeks with 2,000 of the 12 weeks before."
    )


def test_a_look_spends_the_days_since_the_last_one(before: list[Observation], now: list[Observation]) -> None:
    rising = [replace(case, confidence=min(1.0, case.confidence + 0.06)) for case in now]
    after_a_day, after_a_week = (only(look(rising, before, look=Look(days=days))) for days in (1, 7))
    assert after_a_day.adjusted_p_value / after_a_week.adjusted_p_value == pytest.approx(7)


def test_higher_confidence_is_told_too(before: list[Observation], now: list[Observation]) -> None:
    higher = [replace(case, confidence=1.0) for case in now]
    assert only(look(higher, before)).sentence.startswith("The model is more sure than it was: 100 % on")


def test_an_alarm_names_the_slice_it_is_in(before: list[Observation], now: list[Observation]) -> None:
    lower = [
        replace(case, confidence=0.5 * case.confidence)
        if case.slices["channel"] == "web" and place % 8 < 2
        else case
        for place, case in enumerate(now)
    ]
    alarm = only(look(lower, before))
    assert alarm.slice == "channel=web"
    assert alarm.sentence.startswith("Where channel is web, the model is less sure than it was")
    chosen = [case for case in lower if case.case_id in alarm.case_ids]
    assert {case.slices["channel"] for case in chosen} == {"web"}


def test_what_is_beyond_doubt_everywhere_is_told_of_the_whole(
    before: list[Observation], now: list[Observation]
) -> None:
    """Its p-values are all 0: they tell no slice from another."""
    assert only(look([replace(case, confidence=0.4) for case in now], before)).slice == WHOLE


def test_a_new_label_is_told_with_its_share(before: list[Observation], now: list[Observation]) -> None:
    moved = [replace(case, label="fraud") if place % 10 == 0 else case for place, case in enumerate(now)]
    alarm = only(look(moved, before))
    assert alarm.kind is AlarmKind.LABELS
    assert alarm.sentence.startswith("In 10 % of the cases the model says “fraud”, before in none;")
    assert alarm.figures.startswith("PSI ")
    assert {case.label for case in moved if case.case_id in alarm.case_ids} == {"fraud"}


def test_a_rare_new_category_is_found_where_the_psi_sees_nothing(now: list[Observation]) -> None:
    many = traffic(np.random.default_rng(15), 12_000)
    moved = [with_field(case, "vip", "gold" if place % 15 == 0 else "no") for place, case in enumerate(now)]
    alarm = only(look(moved, [with_field(case, "vip", "no") for case in many]))
    assert alarm.subject == "vip"
    assert alarm.sentence.startswith("In 1 in 15 of the cases vip is “gold”, before in none;")
    assert alarm.figures == ""


def test_a_numeric_field_is_told_by_its_medians(before: list[Observation], now: list[Observation]) -> None:
    moved = [with_field(case, "amount", 1_000.5 + place) for place, case in enumerate(now)]
    alarm = only(look(moved, before))
    assert (alarm.kind, alarm.subject) == (AlarmKind.FIELD, "amount")
    assert alarm.sentence.startswith("The middle value of amount is 1,299.5, before 18.6")
    assert len(set(alarm.case_ids)) == 3


def test_a_numeric_field_that_spreads_around_the_same_middle_is_told_so() -> None:
    rng = np.random.default_rng(3)
    narrow, wide = traffic(rng, 401), traffic(rng, 401)
    before = [
        with_field(case, "amount", 100 + (place % 401 - 200) / 100) for place, case in enumerate(narrow)
    ]
    now = [with_field(case, "amount", 100 + (place % 401 - 200) * 5) for place, case in enumerate(wide)]
    alarm = next(alarm for alarm in look(now, before).alarms if alarm.subject == "amount")
    assert alarm.sentence.startswith("The values of amount differ for up to half of the cases, ")
    assert "around the same middle of 100" in alarm.sentence


@pytest.mark.parametrize("value", [None, float("nan")])
def test_a_number_that_is_missing_now_is_told(
    before: list[Observation], now: list[Observation], value: float | None
) -> None:
    alarm = only(look([with_field(case, "amount", value) for case in now], before))
    assert alarm.sentence.startswith("The middle value of amount is (missing), before 18.6")


def test_a_number_too_large_for_a_float_is_a_large_number(
    before: list[Observation], now: list[Observation]
) -> None:
    assert only(look([with_field(case, "amount", 10**400) for case in now], before)).subject == "amount"


def test_another_mix_of_slices_is_told(before: list[Observation], now: list[Observation]) -> None:
    moved = [
        replace(case, slices={"channel": "web"}) if place % 2 else case for place, case in enumerate(now)
    ]
    alarm = only(look(moved, before))
    assert (alarm.kind, alarm.subject) == (AlarmKind.SLICE, "channel")
    assert " % of the cases channel is “web”, before in " in alarm.sentence


def test_a_long_value_is_cut(before: list[Observation], now: list[Observation]) -> None:
    alarm = only(look([with_field(case, "country", "x" * 500) for case in now], before))
    assert f"“{'x' * 39}…”" in alarm.sentence


def test_what_has_not_changed_enough_to_matter_is_called_small(now: list[Observation]) -> None:
    rng = np.random.default_rng(16)
    many, more = traffic(rng, 20_000), traffic(rng, 20_000)
    drift = look(
        [replace(case, confidence=case.confidence - 0.012) for case in more if case.confidence > 0.02],
        [case for case in many if case.confidence > 0.02],
    )
    assert drift.alarms == ()
    assert [alarm.kind for alarm in drift.small] == [AlarmKind.CONFIDENCE]
    assert drift.small[0].sentence.startswith("A small change: ")


def test_the_surest_alarm_comes_first(before: list[Observation], now: list[Observation]) -> None:
    moved = [
        replace(
            with_field(case, "amount", 5_000.0), confidence=case.confidence * (0.8 + 0.2 * (place % 3 > 0))
        )
        for place, case in enumerate(now)
    ]
    drift = look(moved, before)
    assert [alarm.kind for alarm in drift.alarms] == [AlarmKind.FIELD, AlarmKind.CONFIDENCE]
    assert drift.alarms[0].adjusted_p_value <= drift.alarms[1].adjusted_p_value <= 0.05
    assert drift.alarms[1].p_value * 365 < drift.alarms[1].adjusted_p_value


def test_too_few_cases_are_not_tested(before: list[Observation], now: list[Observation]) -> None:
    wrong = [replace(case, confidence=0.0) for case in now]
    assert look(wrong[: MIN_CASES - 1], before) == Drift(tests=0)
    assert look(wrong, before[: MIN_CASES - 1]) == Drift(tests=0)
    assert look(wrong[:MIN_CASES], before).alarms


def test_weights_say_what_each_case_stands_for(before: list[Observation], now: list[Observation]) -> None:
    reviewed = [replace(case, confidence=0.3) if place % 2 else case for place, case in enumerate(now)]
    learned = learn_reference(columns(before), np.random.default_rng(1), [1.0] * len(before))
    rng = np.random.default_rng(2)
    assert find_drift("returns", learned, columns(reviewed), rng).alarms
    weights = [0.001 if place % 2 else 1.0 for place in range(len(reviewed))]
    assert find_drift("returns", learned, columns(reviewed), rng, weights).alarms == ()


@pytest.mark.parametrize("weights", [[1.0], [0.0] * 600])
def test_weights_that_do_not_fit_are_refused(
    before: list[Observation], now: list[Observation], weights: list[float]
) -> None:
    with pytest.raises(ValueError, match="weights"):
        learn_reference(columns(now), np.random.default_rng(1), weights)
    learned = learn_reference(columns(before), np.random.default_rng(1))
    with pytest.raises(ValueError, match="weights"):
        find_drift("returns", learned, columns(now), np.random.default_rng(1), weights)


def test_new_words_and_a_new_topic_are_told_by_the_words_themselves() -> None:
    rng = np.random.default_rng(17)
    reference = traffic(rng, 1_000, with_text=True)
    window = [
        with_text(case, "crypto wallet staking rewards vanished") if place % 10 == 0 else case
        for place, case in enumerate(traffic(rng, 400, "w", with_text=True))
    ]
    drift = look(window, reference)
    assert {alarm.kind for alarm in drift.alarms} == {AlarmKind.WORDS, AlarmKind.TOPICS}
    for alarm in drift.alarms:
        assert re.search("“crypto”.* “rewards”, “staking”, “vanished”, “wallet”", alarm.sentence)
        assert re.search(r"before (in )?none\b", alarm.sentence)
        assert all(int(name[1:]) % 10 == 0 for name in alarm.case_ids)
    assert drift == look(window, reference)


def test_texts_with_new_words_but_none_in_common_tell_no_word() -> None:
    rng = np.random.default_rng(18)
    reference = traffic(rng, 600, with_text=True)
    window = traffic(rng, 300, "w", with_text=True)
    apart = [
        with_text(case, f"word{chr(0x4E00 + place)}") if place % 5 == 0 else case
        for place, case in enumerate(window)
    ]
    found = {alarm.kind: alarm for alarm in look(apart, reference).alarms}
    assert AlarmKind.WORDS in found


def test_new_words_are_held_against_texts_that_the_words_were_not_learned_from() -> None:
    """Those they were learned from have no new words; 2 % of all others exceed the limit."""
    rng = np.random.default_rng(21)

    def strange(case: Observation, most: int) -> Observation:
        odd = "".join(map(chr, rng.integers(0x4E00, 0x9C40, rng.integers(0, most))))
        return with_text(case, f"{case.input.text} {odd}")

    cases = [strange(case, 10) for case in traffic(rng, 1_500, with_text=True)]
    window = [strange(case, 90) if place % 6 == 0 else case for place, case in enumerate(cases[1_000:])]
    words = next(alarm for alarm in look(window, cases[:1_000]).alarms if alarm.kind is AlarmKind.WORDS)
    assert words.n_reference == 500
    assert 0 < words.statistic / words.n_window - words.effect < 0.06


def test_texts_that_share_no_word_have_neither_topics_nor_words_to_compare() -> None:
    rng = np.random.default_rng(19)
    alone = [with_text(case, f"{chr(0x4E00 + place)}") for place, case in enumerate(traffic(rng, 500))]
    with_topics = [with_text(case, PHRASES[place % 6]) for place, case in enumerate(alone)]
    fewer = look(alone[:250], alone[250:]).tests
    assert look(with_topics[:250], with_topics[250:]).tests == fewer + 2


def test_text_messages_among_bank_messages_are_found() -> None:
    if not (DATA / "banking77").exists():
        pytest.skip("the real data are not beside this checkout (banking77, sms_spam)")
    with (DATA / "banking77" / "train.csv").open(encoding="utf-8") as file:
        bank = [row["text"] for row in csv.DictReader(file)]
    lines = (DATA / "sms_spam" / "SMSSpamCollection.tsv").read_text(encoding="utf-8").splitlines()
    order = np.random.default_rng(20).permutation(len(bank))

    def seen(texts: list[str]) -> list[Observation]:
        return [Observation(str(place), CaseInput(text), "l", 0.9) for place, text in enumerate(texts)]

    reference = seen([bank[place] for place in order[:1_000]])
    same = [bank[place] for place in order[1_000:1_500]]
    foreign = [line.split("\t", 1)[1] for line in lines[:50]]
    assert look(seen(same), reference).alarms == ()
    alarms = look(seen([*foreign, *same[50:]]), reference).alarms
    words = next(alarm for alarm in alarms if alarm.kind is AlarmKind.WORDS)
    assert words.effect == pytest.approx(0.09, abs=0.03)
    assert all(int(name) < 50 for name in words.case_ids)


def test_cases_without_a_confidence_are_left_out_of_its_mean(
    before: list[Observation], now: list[Observation]
) -> None:
    bare = [replace(case, confidence=math.nan) if place % 2 else case for place, case in enumerate(now)]
    assert look(bare, before).alarms == ()
    lower = [replace(case, confidence=0.5 * case.confidence) for case in bare]
    alarm = only(look(lower, before))
    assert (alarm.kind, alarm.n_window) == (AlarmKind.CONFIDENCE, 300)
    assert all(lower[now.index(case)].confidence < 1 for case in now if case.case_id in alarm.case_ids)
