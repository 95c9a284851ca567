"""Drift of texts in languages that build long words or write no spaces, and by words that are not new."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from routing.evidence.alarm import Alarm, AlarmKind, Drift
from routing.measures.drift.drift import Look, find_drift, learn_reference
from routing.measures.drift.observations import Observation, columns
from routing.measures.drift.text_familiarity import words_in
from routing.prediction import CaseInput

GERMAN = tuple(
    f"{opening} {thing} {trouble}"
    for opening, thing, trouble in product(
        ("guten Tag,", "hallo,", "seit gestern:", "bitte um Hilfe,", "wie kann es sein:"),
        (
            "meine Kreditkarte",
            "die Überweisung",
            "mein Girokonto",
            "die Kreditkartenabrechnung",
            "der Antrag",
        ),
        ("wurde abgelehnt", "ist nicht angekommen", "stimmt nicht", "ist gesperrt", "kostet zu viel"),
    )
)
GERMAN_NEW = (
    "mein Wertpapierdepot zeigt falsche Kurse",
    "im Wertpapierdepot fehlt der Sparplan",
    "der Sparplan wurde nicht ausgeführt",
)
JAPANESE = tuple(
    f"{thing}{trouble}{closing}"
    for thing, trouble, closing in product(
        ("カードが", "クレジットカードが", "振り込みが", "キャッシュカードが", "口座の残高が"),
        ("まだ届きません", "使えなくなりました", "おかしいです", "ストップしています", "分からないです"),
        ("。", "。助けてください。", "。どうしたらよいですか。", "のですが。", "。すぐに教えてください。"),
    )
)
# Every one of its signs is in the texts above: only which follows which is new.
JAPANESE_NEW = ("ドレスのスカートがおかしいです", "スカートのカットがおかしい", "ドレスがまだ届きません")
THAI = tuple(
    f"{thing}{trouble}"
    for thing, trouble in product(
        ("บัตรของฉัน", "บัญชีของฉัน", "การโอนเงิน", "ยอดเงินในบัญชี", "บัตรเครดิต"),
        ("ยังไม่มาถึง", "ใช้ไม่ได้", "ถูกปฏิเสธ", "ไม่ถูกต้อง", "ถูกระงับเมื่อวานนี้"),
    )
)
THAI_NEW = ("ประกันรถยนต์หมดอายุ", "ต่อประกันรถยนต์อย่างไร", "ราคาประกันรถยนต์เท่าไร")
LANGUAGES = pytest.mark.parametrize(
    ("old", "new", "telling"),
    [
        (GERMAN, GERMAN_NEW, "wertpapierdepot sparplan"),
        (JAPANESE, JAPANESE_NEW, "ドレス スカート"),
        (THAI, THAI_NEW, "ประกันรถยนต์"),
    ],
    ids=["German", "Japanese", "Thai"],
)


def texts(rng: np.random.Generator, n: int, old: Sequence[str]) -> list[str]:
    return [old[place] for place in rng.integers(0, len(old), n)]


def look(reference: Sequence[str], window: Sequence[str], days: float = 1.0) -> Drift:
    before, now = (
        [Observation(f"{name}{place}", CaseInput(text), "l", 0.9) for place, text in enumerate(side)]
        for name, side in (("r", reference), ("w", window))
    )
    learned = learn_reference(columns(before), np.random.default_rng(1))
    return find_drift("help", learned, columns(now), np.random.default_rng(2), look=Look(days=days))


def of_kind(drift: Drift, kind: AlarmKind) -> Alarm:
    return next(alarm for alarm in drift.alarms if alarm.kind is kind)


@LANGUAGES
def test_a_new_topic_is_told_by_its_words_and_shown(
    old: Sequence[str], new: Sequence[str], telling: str
) -> None:
    rng = np.random.default_rng(3)
    window = texts(rng, 220, old)
    window[::8] = texts(rng, len(window[::8]), new)
    drift = look(texts(rng, 440, old), window)
    told = of_kind(drift, AlarmKind.TOPICS)
    assert any(f"“{word}”" in told.sentence for word in words_in(telling))
    assert all(int(name[1:]) % 8 == 0 for name in told.case_ids)
    assert len(told.case_ids) == 3


@LANGUAGES
def test_the_same_topics_are_no_drift(old: Sequence[str], new: Sequence[str], telling: str) -> None:
    rng = np.random.default_rng(4)
    mixed = [*old, *new]
    for _ in range(20):
        assert look(texts(rng, 440, mixed), texts(rng, 220, mixed), days=36.5).alarms == ()


def test_new_words_of_known_signs_are_new_words() -> None:
    """As single signs none would be: that is why signs count in pairs."""
    rng = np.random.default_rng(5)
    assert set("".join(JAPANESE_NEW)) <= set("".join(JAPANESE))
    window = texts(rng, 220, JAPANESE)
    window[::8] = texts(rng, len(window[::8]), JAPANESE_NEW)
    told = of_kind(look(texts(rng, 440, JAPANESE), window), AlarmKind.WORDS)
    assert told.effect == pytest.approx(1 / 8, abs=0.04)


def test_an_old_word_that_many_say_now_is_told() -> None:
    rng = np.random.default_rng(6)
    things = [f"{one} {two}" for one, two in product("abcdefghij", "klmnopqrst")]
    before = [
        f"{text} refund" if place % 20 == 0 else text for place, text in enumerate(texts(rng, 600, things))
    ]
    now = [f"{text} refund" if place % 5 == 0 else text for place, text in enumerate(texts(rng, 300, things))]
    told = of_kind(look(before, now), AlarmKind.TOPICS)
    assert told.sentence.startswith(
        "“refund” is in 20 % of the texts, before in 1 in 20; these also say “k”;"
    )
    assert told.effect == pytest.approx(0.15)
    assert all(int(name[1:]) % 5 == 0 for name in told.case_ids)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Die Straße 12, STRASSE", {"die", "strasse", "0"}),
        ("私のｶｰﾄﾞ", {"私の", "のカ", "カー", "ード"}),
        ("iPhoneの画面「あ」", {"iphone", "の画", "画面", "あ"}),
        ("บัตร", {"บั", "ัต", "ตร"}),
        ("", set()),
    ],
)
def test_words_are_those_of_the_script(text: str, said: set[str]) -> None:
    assert words_in(text) == said
