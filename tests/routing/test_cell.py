"""Cells: disjoint parts of a tier's traffic, each with a key that tells it again."""

from itertools import combinations

import pytest

from routing.cell import EVERYTHING, Cell, cells

COUNTRIES = ("country=PT", "country=ES")


@pytest.mark.parametrize(
    "slices",
    [{}, {"country": "PT"}, {"country": "ES"}, {"country": "DE"}, {"country": ""}, {"segment": "PT"}],
)
def test_every_prediction_is_in_exactly_one_cell(slices: dict[str, str]) -> None:
    assert [cell.holds(slices) for cell in cells(COUNTRIES)].count(True) == 1


def test_the_rest_is_what_has_none_of_the_slices() -> None:
    *named, rest = cells(COUNTRIES)
    assert [cell.words for cell in (*named, rest)] == [
        "country=ES",
        "country=PT",
        "country other than ES, PT",
    ]
    assert rest.holds({"country": "DE"})
    assert rest.holds({})
    assert not rest.holds({"country": "PT"})


@pytest.mark.parametrize("value", ["PT", "a=b", "!=", 'a "b", c', "é"])
def test_a_cell_is_told_again_by_its_key(value: str) -> None:
    for cell in cells((f"country={value}", "country=ES")):
        assert Cell.of(cell.key) == cell


def test_everything_is_a_cell_that_holds_all() -> None:
    assert EVERYTHING.holds({"country": "PT"})
    assert EVERYTHING.holds({})
    assert (EVERYTHING.words, Cell.of(EVERYTHING.key)) == ("", EVERYTHING)


def test_values_that_read_alike_together_make_different_rests() -> None:
    one, other = cells(("c=a", "c=b"))[-1], cells(("c=a, b",))[-1]
    assert one.key != other.key


def test_cells_overlap_where_a_prediction_may_belong_to_both() -> None:
    spanish, portuguese, rest = cells(COUNTRIES)
    assert not any(one.overlaps(other) for one, other in combinations((spanish, portuguese, rest), 2))
    german, others = cells(("country=DE",))
    (new, _) = cells(("segment=new",))
    for one, other in (
        (german, rest),
        (others, spanish),
        (others, rest),
        (new, german),
        (EVERYTHING, german),
    ):
        assert one.overlaps(other)
        assert other.overlaps(one)
    assert not cells(("country=ES",))[1].overlaps(spanish)
    assert cells(("country=ES",))[1].overlaps(portuguese)


def test_without_slices_there_are_no_cells() -> None:
    assert cells(()) == ()


@pytest.mark.parametrize(
    ("slices", "said"),
    [
        (("country",), "'country' is no slice; write its name and its value"),
        (("=PT",), "'=PT' is no slice"),
        (("country=",), "'country=' is no slice"),
        (("a!=b",), "'a!=b' is no slice"),
        (
            ("country=PT", "segment=new"),
            "slices of country and segment would overlap; take those",
        ),
        (("country=PT", "country=PT"), "a slice is named twice; remove one"),
        (("country = PT",), 'has blanks at an end; write "country=PT"'),
        (tuple(f"country={n:0200}" for n in range(8)), "more than 1500 bytes long together; name fewer"),
    ],
)
def test_slices_that_would_not_divide_the_traffic_are_refused(slices: tuple[str, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        cells(slices)
