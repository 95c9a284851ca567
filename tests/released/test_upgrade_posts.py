"""What a service posted to a released version is answered as it was answered then."""

import json

from tests.released.bank import BATCH, SINGLE, Post, post
from tests.released.versions import Version
from tests.scenarios.world import World

Recorded = tuple[Version, str]


def test_the_same_bodies_again_are_200_with_the_same_answers(recorded: Recorded, upgraded: World) -> None:
    version, dialect = recorded
    posts = version.posts(dialect)
    assert {was.path for was in posts} == {SINGLE, BATCH}

    for number, was in enumerate(posts):
        answer = post(upgraded.app.url, was.path, was.text, f"msg_again_{number}")
        assert answer.status_code == 200, answer.text
        assert is_kept(without_status(was.answer), without_status(answer.json()))


def test_the_same_webhook_id_is_answered_by_replay_and_another_body_is_refused(
    recorded: Recorded, upgraded: World
) -> None:
    version, dialect = recorded
    latest = [
        next(was for was in reversed(version.posts(dialect)) if was.path == path) for path in (SINGLE, BATCH)
    ]

    for was in latest:
        answer = post(upgraded.app.url, was.path, was.text, was.webhook_id)
        assert answer.status_code == was.status
        assert answer.headers["webhook-replayed"] == "true"
        assert is_kept(was.answer, answer.json())
        other = changed(was)
        assert post(upgraded.app.url, was.path, other, was.webhook_id).status_code == 409
        again = post(upgraded.app.url, was.path, other, f"{was.webhook_id}_other")
        assert 409 in (again.status_code, *(item["status"] for item in again.json().get("answers", [])))


def changed(was: Post) -> str:
    """The body with another confidence in its first item."""
    first, *others = was.text.splitlines()
    body = json.loads(first)
    body["prediction"]["confidence"] = 0.123
    return "\n".join([json.dumps(body), *others])


def without_status(answer: object) -> object:
    """The answer without the status of each item: stored then, known now."""
    if isinstance(answer, dict):
        return {name: without_status(value) for name, value in answer.items() if name != "status"}
    return [without_status(item) for item in answer] if isinstance(answer, list) else answer


def is_kept(was: object, now: object) -> bool:
    """Whether everything that was answered is answered still; fields may have been added."""
    if isinstance(was, dict) and isinstance(now, dict):
        return all(name in now and is_kept(value, now[name]) for name, value in was.items())
    if isinstance(was, list) and isinstance(now, list):
        return len(was) == len(now) and all(map(is_kept, was, now))
    return was == now
