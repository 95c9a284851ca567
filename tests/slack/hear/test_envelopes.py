"""What is no payload of Slack's is refused at the door: 400, one line in the log, and nothing is stored."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
import sqlalchemy as sa
from slack_sdk.socket_mode.request import SocketModeRequest
from structlog.testing import capture_logs

from bot.slack.api.web_calls import slack_client
from bot.slack.app import build_socket_handler
from bot.slack.hear.envelopes import DEEPEST, PayloadRefused, checked
from storage.engine.database import Database
from storage.tables import metadata
from tests.patience import PATIENCE
from tests.slack.hear.test_who_is_who import opened
from tests.slack.recorded import NAMES, recorded
from tests.slack.serving import served
from tests.slack.workspace import SECRET, Workspace, signed

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
HALF = "\ud83d"
CLICK = recorded("guest_single_channel_click").payload
REPLY = recorded("file_share_reply").payload
WINDOW = recorded("grid_org_submission").payload
ROWS = sa.union_all(
    *(
        sa.select(sa.literal(table.name), sa.func.count()).select_from(table)
        for table in metadata.sorted_tables
    )
)


@pytest.fixture
def workspace(sqlite_url: str) -> Iterator[Workspace]:
    """A workspace with a case that the recorded payloads are about."""
    database = Database(sqlite_url)
    yield opened(database)[0]
    database.dispose()


@pytest.fixture
def url(workspace: Workspace) -> Iterator[str]:
    """The address of the endpoint."""
    with served(workspace.app, SECRET) as address:
        yield address


def post(url: str, body: str, content_type: str) -> int:
    headers = {"content-type": content_type, **signed(body)}
    return requests.post(url, data=body.encode(), headers=headers, timeout=PATIENCE).status_code


def interaction(payload: object) -> tuple[str, str]:
    return urlencode({"payload": json.dumps(payload)}), FORM


def event(payload: object) -> tuple[str, str]:
    return json.dumps(payload), JSON


def stored(workspace: Workspace) -> dict[str, int]:
    """How many rows each table has."""
    with workspace.world.database.read() as tx:
        return {row[0]: row[1] for row in tx.execute(ROWS)}


def changed(payload: Any, *path: str | int, to: Any) -> Any:
    """A copy of the payload with one value in it replaced."""
    whole = copy.deepcopy(payload)
    inner = whole
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return whole


def nested(depth: int) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    inner = whole
    for _ in range(depth):
        inner["a"] = {}
        inner = inner["a"]
    return whole


BROKEN = {
    "an empty body": ("", FORM),
    "an empty JSON body": ("", JSON),
    "no JSON": ("{", JSON),
    "JSON null": ("null", JSON),
    "a JSON array": ("[]", JSON),
    "a JSON number": ("7", JSON),
    "JSON of ten thousand brackets": ("[" * 10_000, JSON),
    "JSON of endless digits": ('{"type":' + "9" * 5_000 + "}", JSON),
    "a form without payload": ("a=1", FORM),
    "a form whose payload is empty": ("payload=", FORM),
    "a form whose payload is null": interaction(None),
    "a form whose payload is a list": interaction([]),
    "a form whose payload is a number": interaction(7),
    "no certificate check": ("ssl_check=0", FORM),
    "no type": event({}),
    "an unknown type": event({"type": "party"}),
    "a type that is a list": event({"type": ["event_callback"]}),
    "no actions": interaction(changed(CLICK, "actions", to=[])),
    "actions that are null": interaction(changed(CLICK, "actions", to=None)),
    "actions that are an object": interaction(changed(CLICK, "actions", to={})),
    "an action that is null": interaction(changed(CLICK, "actions", to=[None])),
    "an action without id": interaction(changed(CLICK, "actions", 0, to={"type": "button"})),
    "half a character in a user's id": interaction(changed(CLICK, "user", "id", to=f"U{HALF}")),
    "half a character in a workspace's id": interaction(changed(CLICK, "team", "id", to=HALF)),
    "half a character in an action's id": interaction(changed(CLICK, "actions", 0, "action_id", to=HALF)),
    "half a character in a value": interaction(changed(CLICK, "actions", 0, "value", to=HALF)),
    "half a character in a block's id": interaction(changed(CLICK, "actions", 0, "block_id", to=HALF)),
    "NUL in a user's id": interaction(changed(CLICK, "user", "id", to="U\0")),
    "NUL in a channel's id": interaction(changed(CLICK, "channel", "id", to="C\0")),
    "NUL in a value": interaction(changed(CLICK, "actions", 0, "value", to="\0")),
    "a user that is a number": interaction(changed(CLICK, "user", to=7)),
    "no user": interaction({name: value for name, value in CLICK.items() if name != "user"}),
    "a container that is a text": interaction(changed(CLICK, "container", to="message")),
    "a payload without bottom": interaction(changed(CLICK, "state", to=nested(DEEPEST))),
    "an event that is null": event(changed(REPLY, "event", to=None)),
    "an event that is a list": event(changed(REPLY, "event", to=[])),
    "an event without type": event(changed(REPLY, "event", to={"text": "fraud"})),
    "authorizations that are a number": event(changed(REPLY, "authorizations", to=7)),
    "an authorization that is null": event(changed(REPLY, "authorizations", to=[None])),
    "a message's text that is a list": event(changed(REPLY, "event", "text", to=["fraud"])),
    "half a character in an event's user": event(changed(REPLY, "event", "user", to=HALF)),
    "NUL in an event's channel": event(changed(REPLY, "event", "channel", to="C\0")),
    "a moment that is no number": event(changed(REPLY, "event", "ts", to="soon")),
    "a thread that is a number": event(changed(REPLY, "event", "thread_ts", to=1795)),
    "a window that is null": interaction(changed(WINDOW, "view", to=None)),
    "a window without name": interaction(changed(WINDOW, "view", to={"id": "V1"})),
    "a window whose fields are a text": interaction(changed(WINDOW, "view", "state", to="filled")),
    "NUL in a window's metadata": interaction(changed(WINDOW, "view", "private_metadata", to="\0")),
    "a command without a user": (urlencode({"command": "/secondlook", "text": "next"}), FORM),
    "a command with NUL in its user": (urlencode({"command": "/secondlook", "user_id": "U\0"}), FORM),
}


@pytest.mark.parametrize("name", BROKEN)
def test_it_is_refused_over_http_with_one_line_in_the_log(workspace: Workspace, url: str, name: str) -> None:
    before = stored(workspace)

    with capture_logs() as lines:
        status = post(url, *BROKEN[name])

    assert status == 400
    assert [line["event"] for line in lines] == ["slack.payload_refused"]
    assert stored(workspace) == before


class Client:
    """A socket's far side: keeps what is acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: list[str] = []

    def send_socket_mode_response(self, response: Any) -> None:
        """Keep it."""
        self.acknowledged.append(response.envelope_id)


@pytest.mark.parametrize(
    "payload", [None, [], 7, "text", {}, {"type": "party"}, changed(CLICK, "actions", to=[])]
)
def test_it_is_acknowledged_over_a_socket_and_shown_to_no_listener(
    workspace: Workspace, payload: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = build_socket_handler(workspace.app, "xapp-1", slack_client("xoxb-1"))
    far_side, before = Client(), stored(workspace)
    monkeypatch.setattr(handler.client, "send_socket_mode_response", far_side.send_socket_mode_response)
    message = {"type": "interactive", "envelope_id": "e1", "payload": payload}

    with capture_logs() as lines:
        handler.client.run_message_listeners(message, json.dumps(message))

    assert far_side.acknowledged == ["e1"]
    assert [line["event"] for line in lines] == ["slack.payload_refused"]
    assert stored(workspace) == before


def test_a_good_envelope_reaches_its_listener_over_a_socket(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = build_socket_handler(workspace.app, "xapp-1", slack_client("xoxb-1"))
    far_side = Client()
    monkeypatch.setattr(handler.client, "send_socket_mode_response", far_side.send_socket_mode_response)

    handler.handle(handler.client, SocketModeRequest("interactive", "e1", CLICK))

    assert far_side.acknowledged == ["e1"]
    assert len(workspace.world.case("case_1").labels) == 1


@pytest.mark.parametrize("body", ["ssl_check=1", "token=verification-token&ssl_check=1"])
def test_a_look_at_the_certificate_is_answered_signed_or_not(url: str, body: str) -> None:
    unsigned = requests.post(url, data=body, headers={"content-type": FORM}, timeout=PATIENCE)

    assert (post(url, body, FORM), unsigned.status_code) == (200, 200)
    assert requests.get(f"{url}?ssl_check=1", timeout=PATIENCE).status_code == 200
    assert requests.get(url, timeout=PATIENCE).status_code == 401


def test_words_that_look_like_a_certificate_check_are_a_reply(workspace: Workspace, url: str) -> None:
    status = post(url, *event(changed(REPLY, "event", "text", to="fraud: &ssl_check=1&")))

    assert status == 200
    assert len(workspace.world.case("case_1").labels) == 1


@pytest.mark.parametrize("text", [f"fraud: it cost {HALF} much", "fraud: it cost \0 much"])
def test_what_people_type_may_hold_half_a_character_or_nul(workspace: Workspace, url: str, text: str) -> None:
    status = post(url, *event(changed(REPLY, "event", "text", to=text)))

    assert status == 200
    (label,) = workspace.world.case("case_1").labels
    assert label.rationale is not None
    assert label.rationale.text.replace("\ufffd ", "") == "it cost much"


def values_in(payload: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path to each value in the payload."""
    inner = payload.items() if isinstance(payload, dict) else enumerate(payload)
    for step, value in inner:
        yield (*path, step)
        if isinstance(value, dict | list):
            yield from values_in(value, (*path, step))


def without(payload: Any, *path: str | int) -> Any:
    """A copy of the payload that lacks one value."""
    whole = copy.deepcopy(payload)
    inner = whole
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return whole


EMPTY: tuple[Any, ...] = (None, "", [], {}, [None], [[]], {"id": None}, {"": 0})
WRONG: tuple[Any, ...] = (*EMPTY, True, 0, -1, 1e308, "x", "\0", HALF, "é", "9" * 300)
MUTATE: tuple[Callable[[Any, tuple[str | int, ...], random.Random], Any], ...] = (
    lambda payload, path, _: without(payload, *path),
    lambda payload, path, chance: changed(payload, *path, to=copy.deepcopy(chance.choice(WRONG))),
    lambda payload, path, chance: changed(payload, *path, to=nested(chance.choice((5, 70, 400)))),
)


@pytest.mark.parametrize("mutations", [10, pytest.param(40, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", NAMES)
def test_no_mutation_of_a_recorded_payload_is_our_error(
    workspace: Workspace, url: str, name: str, mutations: int
) -> None:
    sent, chance = recorded(name), random.Random(name)
    paths = list(values_in(sent.payload))
    for _ in range(mutations):
        mutated: Any = sent.payload
        for path in chance.sample(paths, chance.choice((1, 1, 2))):
            try:
                mutated = chance.choices(MUTATE, (2, 5, 1))[0](mutated, path, chance)
            except (KeyError, IndexError, TypeError):
                continue  # the other mutation took its place away
        body = _sent(sent.transport, mutated)
        if body is None:
            continue
        before = stored(workspace)

        status = post(url, *body)

        assert status in (200, 400, 404), (status, json.dumps(mutated))
        assert status == 200 or stored(workspace) == before, mutated


def _sent(transport: str, payload: Any) -> tuple[str, str] | None:
    """The request; None for a command that no form can carry."""
    if transport != "command":
        return (event if transport == "event" else interaction)(payload)
    texts = {name: value for name, value in payload.items() if isinstance(value, str) and HALF not in value}
    return urlencode(texts), FORM


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_payload_passes_the_door(name: str) -> None:
    payload = recorded(name).payload

    assert checked(payload) == payload


def test_a_refusal_says_where_and_shows_nothing_of_what_was_sent() -> None:
    with pytest.raises(PayloadRefused, match=r"'actions\.0\.action_id'") as refusal:
        checked(changed(CLICK, "actions", 0, "action_id", to="hush\0"))

    assert "hush" not in str(refusal.value)
