"""Cases in columns: a part of them is what the columns of those cases alone would be."""

from routing.measures.drift.observations import MISSING, Column, Observation, columns
from routing.prediction import CaseInput

COUNTRIES = ("PT", "DE", None, "PT", "ES", "DE")
CASES = [
    Observation(
        f"c{n}",
        CaseInput(f"text {n}", {"amount": n, **({"country": country} if country else {})}),
        "ok" if n % 2 else "fraud",
        0.5 + n / 20,
        {"plan": "new" if n < 3 else "old"},
    )
    for n, country in enumerate(COUNTRIES)
]


def said(column: Column) -> list[str]:
    return [column.names[place] for place in column.places]


def test_a_part_holds_the_same_as_the_columns_of_its_cases() -> None:
    part, alone = columns(CASES).part(2, 5), columns(CASES[2:5])
    assert (part.case_ids, part.texts, len(part)) == (alone.case_ids, alone.texts, 3)
    assert part.confidence.tolist() == alone.confidence.tolist()
    assert said(part.label) == said(alone.label)
    assert said(part.fields["country"]) == said(alone.fields["country"])
    amounts = part.fields["amount"].numbers, alone.fields["amount"].numbers
    assert [None if one is None else one.tolist() for one in amounts] == [[2, 3, 4]] * 2
    assert said(part.slices["plan"]) == said(alone.slices["plan"])
    assert {name: places.tolist() for name, places in part.members.items() if len(places)} == {
        name: places.tolist() for name, places in alone.members.items()
    }


def test_what_a_part_lacks_is_not_filled() -> None:
    country = columns(CASES).part(2, 5).fields["country"]
    assert country.filled == 2
    assert said(country) == [MISSING, "PT", "ES"]
