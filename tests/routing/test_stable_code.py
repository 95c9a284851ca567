"""Codes: known ones are themselves, unknown ones stay what they are and count as none of the known."""

import pytest

from routing.stable_code import Code


class Color(Code):
    """Two of many."""

    RED = "red"
    BLUE = "blue"


def test_a_known_code_is_its_member() -> None:
    assert Color("red") is Color.RED


def test_an_unknown_code_is_kept_and_is_none_of_the_known() -> None:
    green = Color("green")
    assert (green, green.value, str(green)) == ("green", "green", "green")
    assert isinstance(green, Color)
    assert green not in set(Color)
    assert list(Color) == [Color.RED, Color.BLUE]


def test_what_is_no_text_is_no_code() -> None:
    with pytest.raises(ValueError, match="7"):
        Color(7)  # type: ignore[arg-type]  # what JSON may hold
