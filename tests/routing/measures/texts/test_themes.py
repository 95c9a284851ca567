"""Themes of rationales: what is planted is found again, and nothing that does not hold together is shown."""

import csv
import re
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from routing.evidence.error_patterns import CaseRationale, ThemeReport
from routing.measures.texts import themes
from routing.measures.texts.themes import find_themes, seeded_themes
from tests.places import DATA

ESNLI = DATA / "esnli" / "dev.csv"
REASONS = {
    "blurry": ("the photo is too blurry", "blurry photo, impossible to read", "cannot read the blurry photo"),
    "late": ("returned after the deadline", "well after the return deadline", "deadline missed by days"),
    "tags": ("no tags left on it", "tags were cut off", "the tags are missing and cut"),
    "amount": ("amount differs from the invoice", "invoice shows another amount", "wrong amount on invoice"),
    "polite": ("customer called support before", "support had promised this", "support agreed on the phone"),
}
ARTICLES = ("jacket", "tablet", "kettle", "bicycle", "novel", "sofa", "lamp")


def planted(per_reason: int, reasons: Sequence[str] = tuple(REASONS)) -> list[CaseRationale]:
    """Rationales whose case id names the reason; each mentions its article, which the case does too."""
    return [
        CaseRationale(
            f"{reason}-{place}",
            f"{REASONS[reason][place % 3]} {ARTICLES[place % 7]}",
            f"return of a {ARTICLES[place % 7]}",
        )
        for reason in reasons
        for place in range(per_reason)
    ]


@cache
def report_of_twenty_each() -> ThemeReport:
    return seeded_themes(planted(20), 1)


def reasons_of(case_ids: Sequence[str]) -> set[str]:
    return {case_id.split("-")[0] for case_id in case_ids}


def by_name(report: ThemeReport) -> set[frozenset[str]]:
    return {frozenset(theme.case_ids) for theme in report.themes}


def test_planted_reasons_are_found_each_as_a_theme() -> None:
    report = report_of_twenty_each()
    assert (report.received, report.n, report.groups, report.hidden, report.why) == (100, 100, 5, 0, None)
    assert sorted(next(iter(reasons_of(theme.case_ids))) for theme in report.themes) == sorted(REASONS)
    for theme in report.themes:
        assert len(reasons_of(theme.case_ids)) == 1
        assert (theme.n, len(theme.case_ids)) == (20, 20)
        assert theme.share == pytest.approx(0.2)
        assert theme.stability > 0.85
    assert report.stability > 0.85


def test_a_theme_is_named_by_words_of_its_reason_and_quotes_two_of_its_texts() -> None:
    written = {one.case_id: one.text for one in planted(20)}
    for theme in report_of_twenty_each().themes:
        (reason,) = reasons_of(theme.case_ids)
        assert theme.name == " · ".join(theme.terms)
        assert 1 <= len(theme.terms) <= 4
        spoken = " ".join(REASONS[reason]).replace("cannot", "can not")
        assert all(word in spoken for term in theme.terms for word in term.split())
        first, second = theme.quotes
        assert first.text != second.text
        assert all(written[quote.case_id] == quote.text for quote in theme.quotes)
        assert {quote.case_id for quote in theme.quotes} <= set(theme.case_ids)


def test_what_a_case_is_about_makes_no_theme() -> None:
    report = report_of_twenty_each()
    named = {word for theme in report.themes for term in theme.terms for word in term.split()}
    assert not named & set(ARTICLES)


def test_saying_that_something_is_not_so_is_another_theme_than_saying_that_it_is() -> None:
    rationales = [CaseRationale(f"match-{place}", "signature matches") for place in range(15)]
    rationales += [CaseRationale(f"differ-{place}", "signature does not match") for place in range(15)]
    rationales += planted(15, ["late", "tags"])
    found = [reasons_of(theme.case_ids) for theme in seeded_themes(rationales, 1).themes]
    assert {"differ"} in found
    assert {"match"} in found


def test_thirty_rationales_are_enough() -> None:
    report = seeded_themes(planted(6), 3)
    assert report.n == 30
    assert len(report.themes) >= 3
    assert all(len(reasons_of(theme.case_ids)) == 1 for theme in report.themes)


def test_fewer_than_thirty_say_how_many_are_needed() -> None:
    blank = [CaseRationale(f"blank-{place}", "  ") for place in range(10)]
    report = seeded_themes([*planted(6)[:29], *blank], 3)
    assert report == ThemeReport(
        39, 29, 0, 0.0, (), 0, "Themes are told from 30 reasons on; so far there are 29"
    )


@pytest.mark.parametrize(
    "texts",
    [
        [f"word{chr(97 + place % 26)}{chr(97 + place // 26)}" for place in range(40)],
        ["stolen"] * 40,
        ["stolen card now"] * 10 + ["12 34"] * 30,
    ],
)
def test_texts_that_share_too_little_make_no_theme(texts: list[str]) -> None:
    report = seeded_themes([CaseRationale(f"c{place}", text) for place, text in enumerate(texts)], 3)
    assert report.themes == ()
    assert report.why == "Too few reasons share any words beside those of their cases"


def test_groups_too_small_to_mean_anything_are_hidden_and_counted() -> None:
    sizes = {"deadline missed": 20, "box empty": 20, "tags cut": 20, "support promised": 4}
    texts = [text for text, n in sizes.items() for _ in range(n)]
    report = seeded_themes([CaseRationale(f"c{place}", text) for place, text in enumerate(texts)], 1)
    assert [theme.n for theme in report.themes] == [20, 20, 20]
    assert (report.groups, report.hidden) == (4, 1)
    assert "support promised" not in {quote.text for theme in report.themes for quote in theme.quotes}


def test_groups_that_do_not_hold_together_are_hidden_and_the_report_says_so() -> None:
    rng = np.random.default_rng(2)
    vocabulary = [first + second for first in "bcdfghklmn" for second in ("ork", "ell", "ist", "oom")]
    texts = [" ".join(map(str, rng.choice(vocabulary, 8))) for _ in range(60)]
    report = seeded_themes([CaseRationale(f"c{place}", text) for place, text in enumerate(texts)], 1)
    assert report.stability < 0.6
    assert report.themes == ()
    assert report.hidden == report.groups >= 4
    assert report.why == "No reasons stayed together when a fifth of them was left out"


VOCABULARY = [first + second for first in "bcdfghklmnprst" for second in ("ork", "ell", "ist", "oom", "ade")]


def noise(number: int) -> list[CaseRationale]:
    """Words that come and go by themselves, some of them often, as words do (Zipf)."""
    rng = np.random.default_rng((5, number))
    shares = 1 / np.arange(1, len(VOCABULARY) + 1)
    texts = [rng.choice(VOCABULARY, rng.integers(2, 7), p=shares / shares.sum()) for _ in range(40)]
    return [CaseRationale(f"c{place}", " ".join(map(str, text))) for place, text in enumerate(texts)]


def test_words_that_do_not_belong_together_make_no_theme(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups that stay together are found in most of these; by chance 5 % show one."""
    monkeypatch.setattr(themes, "SUBSAMPLES", 2)
    monkeypatch.setattr(themes, "SIZES", range(4, 6))
    reports = [seeded_themes(noise(number), 1) for number in range(10)]
    said = [report.why for report in reports if report.why and "dealt at random" in report.why]
    assert len(said) >= 5
    assert sum(bool(report.themes) for report in reports) <= 2


GERMAN = {
    "foto": (
        "das Foto ist unscharf",
        "auf dem unscharfen Foto ist nichts zu sehen",
        "Foto unscharf und dunkel",
    ),
    "frist": (
        "die Frist ist abgelaufen",
        "nach der Frist abgelaufen und eingesandt",
        "die Frist war abgelaufen",
    ),
    "etikett": ("das Etikett ist von der Ware ab", "Ware ohne das Etikett", "an der Ware fehlt ein Etikett"),
    "betrag": (
        "der Betrag ist nicht der auf der Rechnung",
        "die Rechnung hat einen anderen Betrag",
        "Betrag auf der Rechnung weicht ab",
    ),
    "zusage": (
        "es ist von dem Support zugesagt",
        "das wurde von dem Support zugesagt",
        "die Kundin bekam es vom Support zugesagt",
    ),
}
ARTICLES_AND_VERBS = {"der", "die", "das", "ist"}
"""Each is said in three of these themes or more."""


def test_articles_of_a_language_without_a_list_name_no_theme() -> None:
    rationales = [
        CaseRationale(f"{reason}-{place}", texts[place % 3])
        for reason, texts in GERMAN.items()
        for place in range(12)
    ]
    report = seeded_themes(rationales, 1)
    found = [reasons_of(theme.case_ids) for theme in report.themes]
    assert sorted(min(reasons) for reasons in found if len(reasons) == 1) == sorted(GERMAN)
    named = {word for theme in report.themes for term in theme.terms for word in term.split()}
    assert not named & ARTICLES_AND_VERBS


def test_what_many_different_cases_say_is_no_word_of_a_theme() -> None:
    """Where a case does not say it, a rationale's article would be one of its words."""
    cases = [f"der Kunde {place} will die Ware {chr(97 + place)} und das Geld" for place in range(30)]
    texts = {"frist": "die Frist ist abgelaufen", "foto": "das Foto ist unscharf"}
    texts |= {"etikett": "das Etikett fehlt", "betrag": "der Betrag weicht ab"}
    rationales = [
        CaseRationale(f"{reason}-{place}", text, cases[place])
        if place
        else CaseRationale(f"{reason}-x", text)
        for reason, text in texts.items()
        for place in range(30)
    ]
    report = seeded_themes(rationales, 1)
    named = {word for theme in report.themes for term in theme.terms for word in term.split()}
    assert len(report.themes) == 4
    assert not named & ARTICLES_AND_VERBS


JAPANESE = {
    "写真": ("写真がぼやけています", "写真がぼやけて読めません", "ぼやけた写真です"),
    "期限": ("返品の期限を過ぎました", "期限を過ぎています", "期限切れで過ぎた返品"),
    "タグ": ("タグが切り取られている", "タグなし、切り取られた", "切り取られたタグ"),
    "金額": ("金額が請求書と違う", "請求書の金額と違います", "請求書と金額が合わない"),
}


def test_rationales_without_spaces_have_themes() -> None:
    rationales = [
        CaseRationale(f"{reason}-{place}", texts[place % 3])
        for reason, texts in JAPANESE.items()
        for place in range(10)
    ]
    report = seeded_themes(rationales, 1)
    assert [len(reasons_of(theme.case_ids)) for theme in report.themes] == [1] * 4
    for theme in report.themes:
        assert any(reason in theme.name for reason in reasons_of(theme.case_ids))


def test_the_same_seed_gives_the_same_themes_and_order_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(themes, "SUBSAMPLES", 3)
    rationales = planted(12)
    order = np.random.default_rng(9).permutation(len(rationales))
    weights = [1.0 + place % 4 for place in range(len(rationales))]
    report = seeded_themes(rationales, 5, weights)
    assert report == find_themes(rationales, np.random.default_rng(5), weights)
    shuffled = [rationales[place] for place in order]
    assert report == seeded_themes(shuffled, 5, [weights[place] for place in order])


def test_weights_count_in_the_share_and_weights_of_one_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(themes, "SUBSAMPLES", 3)
    rationales = planted(12)
    plain = seeded_themes(rationales, 5)
    assert seeded_themes(rationales, 5, [1.0] * len(rationales)) == plain
    heavy = [10.0 if one.case_id.startswith("late") else 1.0 for one in rationales]
    weighted = seeded_themes(rationales, 5, heavy)
    assert by_name(weighted) == by_name(plain)
    assert reasons_of(weighted.themes[0].case_ids) == {"late"}
    assert weighted.themes[0].share == pytest.approx(120 / 168)


def test_one_wording_from_many_experts_is_quoted_once() -> None:
    rationales = [CaseRationale(f"same-{place}", "Box was empty!") for place in range(12)]
    report = seeded_themes(rationales + planted(12, ["late", "tags", "amount"]), 1)
    (theme,) = [theme for theme in report.themes if reasons_of(theme.case_ids) == {"same"}]
    assert [quote.text for quote in theme.quotes] == ["Box was empty!"]


def test_of_very_many_rationales_a_random_part_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(themes, "MOST_RATIONALES", 60)
    monkeypatch.setattr(themes, "SUBSAMPLES", 3)
    report = seeded_themes(planted(40), 1)
    assert (report.received, report.n) == (200, 60)
    assert sum(theme.n for theme in report.themes) <= 60


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0], "one value per rationale"),
        ([0.0] * 10, "weights have to be positive"),
        ([float("inf")] * 10, "weights have to be positive"),
        ([float("nan")] * 10, "weights have to be positive"),
    ],
)
def test_weights_that_do_not_fit_are_refused(weights: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        seeded_themes(planted(2), 1, weights)


def test_ways_of_arguing_planted_in_real_explanations_are_found_again() -> None:
    """Explanations of e-SNLI of four kinds, told by their wording, about hundreds of different scenes."""
    if not ESNLI.exists():
        pytest.skip(f"the explanations of e-SNLI are not beside this checkout ({ESNLI})")
    kinds = {
        "because": re.compile(r"^just because"),
        "time": re.compile(r"at the same time\s*\.?$"),
        "synonym": re.compile(r"\b(?:synonym|rephras|paraphras)"),
        "either": re.compile(r"\beither\b"),
    }
    grouped: dict[str, list[CaseRationale]] = {name: [] for name in kinds}
    with ESNLI.open(newline="") as file:
        for place, row in enumerate(csv.DictReader(file)):
            text = row["explanation_1"].lower()
            said = [name for name, pattern in kinds.items() if pattern.search(text)]
            if len(said) == 1 and len(grouped[said[0]]) < 60:
                case_text = f"{row['premise']} {row['hypothesis']}"
                grouped[said[0]].append(CaseRationale(f"{said[0]}-{place}", text, case_text))
    report = seeded_themes([one for group in grouped.values() for one in group], 1)
    for kind, group in grouped.items():
        members = {one.case_id for one in group}
        overlaps = [len(members & set(theme.case_ids)) / theme.n for theme in report.themes]
        assert max(overlaps) > 0.85, kind
    shown = sum(theme.n for theme in report.themes)
    assert shown > 0.8 * report.n
