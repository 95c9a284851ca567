"""When a certificate holds: for what is there now, or not at all, and then for a reason."""

from dataclasses import replace
from typing import Any

import pytest

from routing.cell import EVERYTHING, cells
from routing.evidence.grant import Grant, GrantTerms, Lapse, lapse_of
from routing.evidence.promise import Promise

PORTUGAL, REST = cells(["country=PT"])
TERMS = GrantTerms(Promise(0.02, 0.95), (PORTUGAL, REST), "labels", "calibrator")
GRANT = Grant("certificate_1", 0.9, Promise(0.02, 0.95), "labels", "calibrator")


@pytest.mark.parametrize("cell", [EVERYTHING, PORTUGAL, REST])
def test_a_certificate_for_what_is_there_now_holds(cell: Any) -> None:
    assert lapse_of(replace(GRANT, cell=cell.key), TERMS) is None


@pytest.mark.parametrize("promise", [Promise(0.01, 0.95), Promise(0.02, 0.99), Promise(0.01, 0.99)])
def test_a_stricter_promise_keeps_the_policy_s(promise: Promise) -> None:
    assert lapse_of(replace(GRANT, promise=promise), TERMS) is None


@pytest.mark.parametrize(
    ("changes", "lapse"),
    [
        ({"promise": None}, Lapse.NO_PROMISE),
        ({"promise": Promise(0.0199, 0.95)}, Lapse.STRICTER_PROMISE),
        ({"promise": Promise(0.02, 0.951)}, Lapse.STRICTER_PROMISE),
        ({"promise": Promise(0.3, 0.951)}, Lapse.STRICTER_PROMISE),
        ({"labels_digest": "others"}, Lapse.OTHER_LABELS),
        ({"calibrator_version": "other"}, Lapse.OTHER_CALIBRATOR),
        ({"calibrator_version": None}, Lapse.OTHER_CALIBRATOR),
    ],
)
def test_one_for_something_else_lapses(changes: dict[str, Any], lapse: Lapse) -> None:
    assert lapse_of(GRANT, replace(TERMS, **changes)) is lapse


def test_one_for_a_slice_lapses_when_the_policy_names_others() -> None:
    other = replace(TERMS, cells=cells(["country=ES"]))
    assert lapse_of(replace(GRANT, cell=PORTUGAL.key), other) is Lapse.OTHER_SLICES
    assert lapse_of(replace(GRANT, cell=REST.key), other) is Lapse.OTHER_SLICES
    assert lapse_of(GRANT, other) is None
