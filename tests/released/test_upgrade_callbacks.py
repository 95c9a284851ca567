"""Callbacks that a released version could not deliver are delivered, in the shape that services know."""

import json
from datetime import timedelta
from typing import Any

from tests.released.sending import send
from tests.released.versions import Version, situation
from tests.scenarios.world import World

Recorded = tuple[Version, str]
UNDELIVERED = ("undelivered", "undelivered_too", "undo")
ACTS = ("confirm", "undo", "decided_saves", "edit_reply")
"""One for each kind of event."""
NULLABLE = ("rationale",)
LATER = timedelta(hours=1)


def test_each_that_waits_is_delivered_once_with_its_id(recorded: Recorded, upgraded: World) -> None:
    version, _ = recorded
    (decided,) = [json.loads(was["body"]) for was in version.callbacks if was["type"] == "case.decided"]

    upgraded.advance(LATER)
    upgraded.settle()

    arrived = upgraded.inbox.arrivals()
    named = [event.data["external_id"] for event in arrived]
    assert sorted(named) == sorted(UNDELIVERED)
    assert len({event.event_id for event in arrived}) == len(UNDELIVERED)
    for event, received in zip(arrived, upgraded.inbox.receiver.received, strict=True):
        assert event.type == "case.decided"
        assert shape(decided) <= shape(json.loads(received.body))


def test_each_kind_of_event_is_still_told_in_the_same_shape(recorded: Recorded, upgraded: World) -> None:
    version, dialect = recorded
    released = {callback["type"]: json.loads(callback["body"]) for callback in version.callbacks}
    assert set(released) == {"case.decided", "case.corrected", "case.amended", "case.reopened"}

    for path in version.situations(dialect):
        if path.stem in ACTS:
            send(upgraded, situation(path)["payload"])
    upgraded.advance(LATER)
    upgraded.settle()

    bodies = [json.loads(request.body) for request in upgraded.inbox.receiver.received]
    sent = {kind: [body for body in bodies if body["type"] == kind] for kind in released}
    assert [
        kind for kind, body in released.items() if not all(shape(body) <= shape(new) for new in sent[kind])
    ] == []
    assert all(sent.values())


def shape(value: Any, path: str = "") -> set[str]:
    """The paths of all fields; what may be null is not looked into."""
    if isinstance(value, dict):
        inner = [shape(each, f"{path}.{name}") for name, each in value.items() if name not in NULLABLE]
        return {f"{path}.{name}" for name in value}.union(*inner)
    if isinstance(value, list):
        return set[str]().union(*(shape(each, f"{path}[]") for each in value))
    return set()
