"""A policy as a document that is kept whole, and read again whatever the checks of a later day say of it."""

import types
from collections.abc import Mapping
from datetime import date, timedelta
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin

from routing.cell import cells
from routing.errors import UnreadablePolicy
from routing.policy.duration import parse_duration
from routing.policy.model import Policy, Task
from routing.section import Section
from routing.slack_channel import ChannelId

Document = Mapping[str, Any]
PLAIN: Mapping[type, tuple[type, ...]] = {str: (str,), bool: (bool,), int: (int,), float: (int, float)}
"""What JSON may hold where a plain value is meant."""


def document_of(policy: Policy) -> dict[str, Any]:
    """Everything the policy says, its defaults too, as JSON: a default may be another later."""
    return policy.model_dump(mode="json")


def policy_of_document(document: object) -> Policy:
    """The policy that `document_of` wrote, without any check: it was checked when it came into force.

    Keys that this version does not know are passed over. Raises UnreadablePolicy.
    """
    try:
        policy: Policy = section_of_document(Policy, document)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise UnreadablePolicy(f"{type(error).__name__}: {error}") from error
    for task in policy.tasks.values():
        _derive(task)
    return policy


def _derive(task: Task) -> None:
    """What a check would have derived: each tier's place, and the cells of its promise."""
    for place, tier in enumerate(task.tiers):
        tier._risk = place
        if (certified := tier.certified) is not None:
            certified._cells = cells(certified.slices)
            certified._by_value = {cell.values[0]: cell for cell in certified.cells if not cell.is_rest}


def section_of_document(model: type[Section], raw: object) -> Any:
    """A section as it stands, unchecked; raises TypeError, ValueError, KeyError or AttributeError."""
    if not isinstance(raw, Mapping):
        raise TypeError(f"{model.__name__} is no table")
    # A newer version's key is no error: after a step back to this version its policies stay readable.
    values = {
        name: _value(field.annotation, raw[name])
        for name, field in model.model_fields.items()
        if name in raw or field.is_required()
    }
    # Without validation: what a later version refuses was right when the case was opened.
    return model.model_construct(**values)


def _value(annotation: Any, raw: Any) -> Any:
    """`raw` as the annotation means it; where it means several things, as the first that it can be."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _value(arguments[0], raw)
    if origin in (Union, types.UnionType):
        return _value(_meant(arguments, raw), raw)
    if origin is tuple:
        return tuple(_value(arguments[0], item) for item in raw)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _value(arguments[1], item) for key, item in raw.items()}
    return _plain(annotation, raw)


def _plain(annotation: Any, raw: Any) -> Any:
    if annotation in PLAIN and not isinstance(raw, PLAIN[annotation]):
        raise TypeError(f"{type(raw).__name__} where {annotation.__name__} is meant")
    if annotation is date:
        return date.fromisoformat(raw)
    if annotation is timedelta:
        return parse_duration(raw)
    if annotation is ChannelId:
        return ChannelId.parse(raw)
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return section_of_document(annotation, raw)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return annotation(raw)
    return raw


def _meant(kinds: tuple[Any, ...], raw: Any) -> Any:
    """Of several kinds the first that `raw` can be; none of them fits what is not of this shape."""
    if raw is None:
        return type(None)
    return next((kind for kind in kinds if _fits(kind, raw)), kinds[0])


def _fits(kind: Any, raw: Any) -> bool:
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    has_fields = isinstance(bare, type) and issubclass(bare, Section)
    is_plain = bare not in PLAIN or isinstance(raw, PLAIN[bare])
    return bare is not type(None) and has_fields is isinstance(raw, Mapping) and is_plain
