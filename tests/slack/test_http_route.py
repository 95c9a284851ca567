"""The HTTP endpoint for Slack."""

import json
from urllib.parse import urlencode

import requests

from bot.slack.http_route import LARGEST_BODY
from routing.case.case import CaseStatus
from tests.patience import PATIENCE
from tests.slack.serving import served
from tests.slack.workspace import SECRET, Workspace, click_payload, signed
from tests.worlds.people import ANN

FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_a_signed_click_is_recorded_and_answered(workspace: Workspace) -> None:
    case = workspace.world.open()
    payload = click_payload(workspace.shown(case), "answer:0", ANN, None, "1.1")
    body = urlencode({"payload": json.dumps(payload)})

    with served(workspace.app, SECRET) as url:
        answer = requests.post(url, data=body, headers=FORM | signed(body), timeout=PATIENCE)

    assert answer.status_code == 200
    assert workspace.world.case(case.case_id).status is CaseStatus.DECIDED


def test_unsigned_stale_and_malformed_requests_are_refused_unread(workspace: Workspace) -> None:
    body = json.dumps({"type": "event_callback", "event": {"type": "message", "channel": 7}})
    good = signed(body)
    tries: list[tuple[bytes, dict[str, str]]] = [
        (body.encode(), {}),
        (body.encode() + b" ", good),
        (b"\xff\xfe", good),
        (body.encode(), good | {"x-slack-signature": "v0=\u00fc"}),
        (body.encode(), good | {"x-slack-request-timestamp": "soon"}),
        (body.encode(), good | {"x-slack-request-timestamp": "1"}),
    ]

    with served(workspace.app, SECRET) as url:
        refused = [
            requests.post(url, data=sent, headers=headers, timeout=PATIENCE) for sent, headers in tries
        ]

    assert [answer.status_code for answer in refused] == [401] * 6


def test_a_body_over_one_mebibyte_is_refused(workspace: Workspace) -> None:
    with served(workspace.app, SECRET) as url:
        answer = requests.post(url, data=b"x" * (LARGEST_BODY + 1), timeout=PATIENCE)

    assert answer.status_code == 413
