"""GET /v1/reports: the digests as they were made, to services that may post all of a team's tasks."""

import csv
import io

import pytest
import requests

from bot.http import report_example
from bot.http.report_reads import prefers_csv
from bot.usecases.digest.digest_document import from_document
from routing.digest.csv import COLUMNS, digest_rows
from tests.http.reporting import Readers
from tests.http.shop import SECRETS, Caller, sign
from tests.patience import PATIENCE

REPORT = "/v1/reports/risk/2026-11-16"


def read(caller: Caller, path: str, accept: str) -> requests.Response:
    headers = sign(path, caller.secret) | {"accept": accept}
    return caller.session.get(caller.url + path, headers=headers, timeout=PATIENCE)


def test_reports_are_listed_newest_first_each_with_its_link(readers: Readers) -> None:
    listed = readers.shop.get("/v1/reports/risk").json()["reports"]
    assert [one["last_day"] for one in listed] == ["2026-11-16", "2026-11-09", "2026-11-02"]
    assert listed[0] == {
        "key": "digest:risk:2026-11-16",
        "last_day": "2026-11-16",
        "since_at": "2026-11-09T09:00:00Z",
        "until_at": "2026-11-16T09:00:00Z",
        "made_at": "2026-11-16T09:00:01Z",
        "links": {"self": REPORT},
    }
    assert all(readers.shop.get(one["links"]["self"]).status_code == 200 for one in listed)


def test_no_more_reports_are_listed_than_asked_for(readers: Readers) -> None:
    listed = readers.shop.get("/v1/reports/risk?limit=1").json()["reports"]
    assert [one["last_day"] for one in listed] == ["2026-11-16"]


def test_a_report_is_the_digest_as_it_was_made(readers: Readers) -> None:
    response = readers.shop.get(REPORT)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["vary"] == "accept"
    assert response.json() == report_example.DIGEST


def test_a_report_is_given_as_csv_to_who_asks_for_it(readers: Readers) -> None:
    response = read(readers.shop, REPORT, "text/csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="digest-risk-2026-11-16.csv"'
    header, *rows = csv.reader(io.StringIO(response.content.decode(), newline=""))
    assert tuple(header) == COLUMNS
    assert len(rows) == len(list(digest_rows(from_document(report_example.DIGEST))))


def test_a_digest_of_another_version_is_given_as_it_is_but_not_as_csv(readers: Readers) -> None:
    path = "/v1/reports/both/2026-11-02"
    assert readers.bank.get(path).json() == {"version": 1, "received": 7}
    refused = read(readers.bank, path, "text/csv")
    assert (refused.status_code, refused.json()["detail"][0]["loc"]) == (404, ["header", "accept"])


@pytest.mark.parametrize(
    ("accept", "is_csv"),
    [
        ("text/csv", True),
        ("TEXT/CSV; header=present", True),
        ("text/*", True),
        ("text/csv, application/json;q=0.9", True),
        ("text/csv;q=0.5, application/json", False),
        ("text/csv;q=0.5, */*;q=0.1", True),
        ("text/csv;q=often", False),
        ("*/*", False),
        ("application/json", False),
        ("text/html", False),
        ("", False),
    ],
)
def test_the_form_is_what_the_header_weighs_most(accept: str, is_csv: bool) -> None:
    assert prefers_csv(accept) is is_csv


@pytest.mark.parametrize("path", ["/v1/reports/both", "/v1/reports/both/2026-11-16"])
def test_only_a_service_that_may_post_all_of_a_team_s_tasks_reads_its_reports(
    readers: Readers, path: str
) -> None:
    refused = readers.shop.get(path)
    assert (refused.status_code, refused.json()["detail"][0]["type"]) == (403, "forbidden_team")
    assert readers.bank.get(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "loc"),
    [
        ("/v1/reports/nobody", ["path", "team"]),
        ("/v1/reports/nobody/2026-11-16", ["path", "team"]),
        ("/v1/reports/risk/2026-11-15", ["path", "last_day"]),
        ("/v1/reports/risk/1999-01-01", ["path", "last_day"]),
    ],
)
def test_an_unknown_team_or_week_is_not_found(readers: Readers, path: str, loc: list[str]) -> None:
    response = readers.shop.get(path)
    assert (response.status_code, response.json()["detail"][0]["loc"]) == (404, loc)


@pytest.mark.parametrize(
    ("path", "loc"),
    [
        ("/v1/reports/risk?limit=0", ["query", "limit"]),
        ("/v1/reports/risk?limit=101", ["query", "limit"]),
        ("/v1/reports/risk/monday", ["path", "last_day"]),
        ("/v1/reports/a%00b", ["path", "team"]),
    ],
)
def test_a_wrong_parameter_is_named(quick: Caller, path: str, loc: list[str]) -> None:
    response = quick.get(path)
    assert (response.status_code, response.json()["detail"][0]["loc"]) == (422, loc)


@pytest.mark.parametrize("path", ["/v1/reports/risk", REPORT])
def test_reading_takes_a_signature_or_a_key(readers: Readers, path: str) -> None:
    session, url = readers.shop.session, readers.shop.url + path
    key = {"authorization": f"Bearer {SECRETS['SHOP_KEY']}"}
    assert session.get(url, timeout=PATIENCE).status_code == 401
    assert session.get(url, headers=key, timeout=PATIENCE).status_code == 200


def test_a_team_without_a_digest_has_an_empty_list(readers: Readers) -> None:
    assert readers.shop.get("/v1/reports/young").json() == {"reports": []}
