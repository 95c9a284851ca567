"""The words of a rationale that can make a theme."""

import pytest

from routing.measures.texts.rationale_words import NEGATIONS_AND_HEDGES, common_words, runs, terms


def test_terms_are_runs_of_up_to_three_words_without_those_that_say_nothing() -> None:
    assert terms("The receipt is forged badly.", "") == (
        *("receipt", "forged", "badly"),
        *("receipt forged", "forged badly"),
        "receipt forged badly",
    )


def test_a_word_of_the_case_is_left_out_and_breaks_the_run() -> None:
    assert terms("forged RECEIPT again", "Here is my receipt") == ("forged", "again")


@pytest.mark.parametrize("word", ["not", "never", "no", "may", "perhaps", "necessarily"])
def test_negation_and_hedges_are_kept_even_where_the_case_says_them(word: str) -> None:
    assert word in NEGATIONS_AND_HEDGES
    assert terms(f"{word} forged", f"it was {word} me") == (word, "forged", f"{word} forged")


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("isn't forged", "not forged"),
        ("is n't forged", "not forged"),
        ("isn’t forged", "not forged"),
        ("can't tell", "can not tell"),
        ("ca n't tell", "can not tell"),
        ("cannot tell", "can not tell"),
        ("won't tell", "will not tell"),
    ],
)
def test_every_way_to_write_not_is_the_same_word(written: str, full: str) -> None:
    assert terms(written, "") == terms(full, "")


def test_numbers_and_marks_are_no_words() -> None:
    assert terms("!!! 12-34 (5)", "") == ()


def test_a_common_word_is_passed_over_and_breaks_no_run() -> None:
    assert runs("die Frist der Rückgabe", "", {"die", "der"}) == [("frist", "rückgabe")]


def test_words_of_many_texts_are_common_but_never_a_negation() -> None:
    texts = ["die Frist not", "die Ware not", "die Ware", "das Geld", "das"]
    assert common_words(texts, 0.4) == {"die"}


def test_scripts_without_spaces_count_in_pairs() -> None:
    assert terms("期限切れ", "切れ") == ("期限", "限切", "期限 限切")
