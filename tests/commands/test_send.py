"""`secondlook send` posts as a service would, and shows how."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

from bot.http.app import build_api
from tests.commands.installation import Installation
from tests.http import shop
from tests.worlds.serving import serving


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite is enough here: what is tried is the command, not the storage."""
    return sqlite_url


@pytest.fixture
def url(installation: Installation) -> Iterator[str]:
    ctx = shop.served(installation.database)
    with serving(build_api(ctx, shop.services(ctx.policy))) as address:
        yield address


def answer_in(printed: str) -> Any:
    """The JSON that was printed; around it stand the log lines of the server, which runs in this process."""
    answer, _ = json.JSONDecoder().raw_decode(printed, printed.index("{\n"))
    return answer


@pytest.fixture
def case_file(tmp_path: Path) -> str:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(shop.case()))
    return str(path)


def test_a_case_is_taken_and_the_answer_shown(installation: Installation, url: str, case_file: str) -> None:
    shown = installation.run("send", case_file, "--url", url, "--service", "shop")
    assert shown.exit_code == 0
    assert shown.stderr == "202 Accepted\n"
    assert answer_in(shown.stdout)["disposition"] == "review"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_bot_on_this_machine_is_reached_without_the_proxy_of_the_environment(
    installation: Installation, url: str, case_file: str, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    here = url.replace("127.0.0.1", host)
    assert installation.run("send", case_file, "--url", here, "--service", "shop").exit_code == 0
    away = installation.run("send", case_file, "--url", "http://bot.example:8080", "--service", "shop")
    assert "does not answer (ProxyError)" in away.stderr


def test_the_same_case_again_is_the_same_answer(installation: Installation, url: str, case_file: str) -> None:
    answers = [installation.run("send", case_file, "--url", url, "--service", "shop") for _ in range(2)]
    assert [answer.stderr.split()[0] for answer in answers] == ["202", "200"]
    assert len({answer_in(answer.stdout)["case_id"] for answer in answers}) == 1


def test_a_list_is_sent_as_a_batch_from_standard_input(installation: Installation, url: str) -> None:
    batch = json.dumps([shop.case("a"), shop.case("b")])
    shown = installation.run("send", "-", "--url", url, "--service", "shop", typed=batch)
    assert [one["status"] for one in answer_in(shown.stdout)["answers"]] == [202, 202]


def test_a_case_that_is_refused_says_why_with_exit_status_1(
    installation: Installation, url: str, tmp_path: Path
) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps({**shop.case(), "task": "loan"}))
    shown = installation.run("send", str(path), "--url", url, "--service", "shop")
    assert shown.exit_code == 1
    assert shown.stderr.startswith("403")


def test_the_service_has_to_be_said_where_there_are_two(installation: Installation, case_file: str) -> None:
    shown = installation.run("send", case_file)
    assert shown.exit_code == 2
    assert "the policy has: shop, bank" in shown.output


def test_a_service_that_only_has_a_bearer_key_cannot_sign(installation: Installation, case_file: str) -> None:
    policy = installation.env_file.parent / "policy.toml"
    policy.write_text(policy.read_text().replace('secret_env = ["BANK_SECRET"]', 'bearer_env = ["SHOP_KEY"]'))
    shown = installation.run("send", case_file, "--service", "bank")
    assert shown.exit_code == 2
    assert "has no secret_env" in shown.output


def test_a_secret_that_is_not_set_is_named(installation: Installation, case_file: str) -> None:
    shown = installation.run("send", case_file, "--secret-env", "NEW_SECRET")
    assert shown.exit_code == 2
    assert "NEW_SECRET is not set" in shown.output


def test_a_bot_that_does_not_run_is_told(installation: Installation, case_file: str) -> None:
    shown = installation.run("send", case_file, "--url", "http://127.0.0.1:1", "--service", "shop")
    assert shown.exit_code == 2
    assert "is `secondlook serve` running there?" in shown.output


@responses.activate
def test_a_bot_that_is_just_starting_is_waited_for(
    installation: Installation, case_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.commands.send.AGAIN_SECONDS", 0.0)
    address = "http://127.0.0.1:1/v1/cases"
    responses.post(address, body=requests.ConnectionError("refused"))
    responses.post(address, status=503)
    responses.post(address, status=202, json={})
    options = ["--url", "http://127.0.0.1:1", "--service", "shop", "--wait", "240"]
    assert installation.run("send", case_file, *options).stderr == "202 Accepted\n"
    signatures = {call.request.headers["webhook-signature"] for call in responses.calls}
    assert (len(responses.calls), len(signatures)) == (3, 1)


@responses.activate
def test_who_does_not_wait_is_told_at_once_that_the_bot_is_only_starting(
    installation: Installation, case_file: str
) -> None:
    responses.post("http://127.0.0.1:1/v1/cases", status=503, json={})
    shown = installation.run("send", case_file, "--url", "http://127.0.0.1:1", "--service", "shop")
    assert (shown.exit_code, len(responses.calls)) == (1, 1)


def test_a_file_that_is_no_json_is_told(installation: Installation, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("shopping list")
    shown = installation.run("send", str(path), "--service", "shop")
    assert shown.exit_code == 2
    assert "is not JSON" in shown.output


def test_an_answer_that_is_no_json_is_shown_as_it_is(installation: Installation, case_file: str) -> None:
    app = FastAPI()
    app.add_route("/v1/cases", lambda _: PlainTextResponse("a proxy's page", 502), ["POST"])
    with serving(app) as address:
        shown = installation.run("send", case_file, "--url", address, "--service", "shop")
    assert (shown.exit_code, shown.stdout) == (1, "a proxy's page\n")


def test_the_python_that_is_shown_does_the_same(
    installation: Installation, url: str, case_file: str, tmp_path: Path
) -> None:
    shown = installation.run("send", case_file, "--url", url, "--service", "shop", "--show")
    assert shop.SECRETS["SHOP_SECRET"] not in shown.stdout
    program = tmp_path / "send.py"
    program.write_text(shown.stdout)
    environ = {"SHOP_SECRET": shop.SECRETS["SHOP_SECRET"]}
    done = subprocess.run(
        [sys.executable, str(program)], env=environ, check=True, capture_output=True, text=True
    )
    assert "'disposition': 'review'" in done.stdout
