"""How often people are right is told as a range, from twenty answers on, and in no order of merit."""

from bot.words.skill_words import FOOTNOTE, lead_skill_line, own_skill_sentences
from routing.evidence.expertise import SkillEstimate
from storage.measured.skills import StoredSkill
from tests.plain_words import EXPRESSION, LEADS_TOO, assert_plain
from tests.worlds.people import ANN


def skill(n: int = 46, slice_: str = "", *, is_assigned: bool = True) -> StoredSkill:
    return StoredSkill("fraud", ANN, is_assigned, SkillEstimate("U0ANN", slice_, n - 4, n, 0.9, 0.801, 0.968))


ALL = (skill(), skill(24, "country=DE"), skill(30, is_assigned=False), skill(21, "x=1", is_assigned=False))


def test_a_person_reads_how_often_they_were_right_where_others_settled_it_too() -> None:
    assert list(own_skill_sentences("Is it fraud?", ALL)) == [
        "Is it fraud? Of 46 cases that you were asked about by name and others settled, too, you were "
        "right in 42 (between 80% and 97%).",
        "Is it fraud? Of 30 cases that you chose yourself and others settled, too, you were right in "
        "26 (between 80% and 97%).",
    ]


def test_of_fewer_than_twenty_nothing_is_told_of_a_person() -> None:
    assert list(own_skill_sentences("Is it fraud?", (skill(19),))) == []
    assert lead_skill_line("Ann", (skill(19),)) == (
        "Ann: too few to tell of what they were asked about by name (19 answers)."
    )


def test_a_lead_reads_ranges_and_slices_of_what_was_assigned() -> None:
    assert lead_skill_line("Ann", ALL) == (
        "Ann: right between 80% and 97% of what they were asked about by name (46 answers); "
        "right between 80% and 97% of what they chose themselves (30 answers); "
        "country DE: between 80% and 97%."
    )


def test_the_words_are_plain() -> None:
    words = (*own_skill_sentences("Is it fraud?", ALL), lead_skill_line("Ann", ALL), FOOTNOTE)
    assert_plain(words, (*LEADS_TOO, EXPRESSION))
