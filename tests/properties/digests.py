"""Digests of any content, made from the types of their parts."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from routing.digest.digest import Digest
from routing.evidence.calibrator import IDENTITY, Calibrator
from routing.evidence.expertise import Arm
from routing.evidence.promise import Promise

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
CALIBRATORS = (
    IDENTITY,
    Calibrator("platt", (0.9, -0.1)),
    Calibrator("isotonic", knots=((0.2, 0.1), (0.8, 0.9))),
)
PLAIN: Mapping[Any, st.SearchStrategy[Any]] = {
    float: st.floats(allow_nan=False, allow_infinity=False),
    int: st.integers(0, 2**40),
    bool: st.booleans(),
    str: TEXT | st.sampled_from(["=cmd()", "+1", "-1", "@a", "\t=1", " =1", "\r\n=1", "＝1", 'a"b,c\nd']),
    type(None): st.none(),
    date: st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    datetime: st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 (naive bounds)
    timedelta: st.timedeltas(timedelta(0), timedelta(days=400)),
    Promise: st.builds(Promise, st.floats(0.001, 0.4), st.floats(0.5, 0.99)),
    Calibrator: st.sampled_from(CALIBRATORS),
    Arm: st.lists(st.integers(0, 2**40), min_size=2, max_size=2).map(lambda counts: Arm(*sorted(counts))),
}


def of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of that type: of its fields, items or members, whatever they are."""
    if kind in PLAIN:
        return PLAIN[kind]
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{one.name: of(hints[one.name]) for one in fields(kind)})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    return _generic(get_origin(kind), get_args(kind))


def _generic(origin: Any, arguments: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if origin in (Union, types.UnionType):
        return st.one_of([of(one) for one in arguments])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple and arguments[1:] == (...,):
        return st.lists(of(arguments[0]), max_size=2).map(tuple)
    if origin in (dict, Mapping):
        return st.dictionaries(*map(of, arguments), max_size=2)
    raise NotImplementedError(f"{origin} of {arguments}")


digests: st.SearchStrategy[Digest] = st.deferred(lambda: of(Digest))
