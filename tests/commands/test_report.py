"""`secondlook report` prints a digest as it was made, or of any period, as table, JSON or CSV."""

import csv
import io
import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.http import report_example
from bot.usecases.digest.digest_document import from_document
from routing.digest.csv import COLUMNS, digest_rows
from storage.leads import digests
from tests.commands.installation import Installation
from tests.http import reporting
from tests.http.reporting import DAYS, LAST_DAY
from tests.storage.examples import prediction, store

TEAM = '\n[teams.risk]\nchannel = "fraud"\ntasks = ["fraud"]\ntimezone = "Europe/Lisbon"\n'
HOUR = timedelta(hours=1)


@pytest.fixture
def risk(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("COLUMNS", "240")
    policy = installation.env_file.parent / "policy.toml"
    policy.write_text(policy.read_text() + TEAM)
    return installation


@pytest.fixture
def kept(risk: Installation) -> Installation:
    """With three digests of the team, and a newer one that a person asked for."""
    with risk.database.write() as tx:
        for last_day in DAYS:
            reporting.keep(tx, "risk", last_day)
        reporting.keep_private(tx, "risk")
    return risk


def test_the_newest_digest_is_told_with_every_interval_and_n(kept: Installation) -> None:
    shown = kept.run("report", "risk")
    assert shown.exit_code == 0
    assert shown.output.startswith("risk: Mon 09 Nov 2026, 09:00 WET to Mon 16 Nov 2026, 09:00 WET")
    digest = from_document(report_example.DIGEST)
    assert f"1. {digest.headlines[0].words}" in shown.output
    assert "4,120 predictions came in (3,987 the week before)" in shown.output
    assert "How much was wrong (you allow 1 in 20)" in shown.output
    assert "3.1% (between 2.4% and 4.1%, n=412)" in shown.output
    assert "between 2.9% and 3.8%" in shown.output
    assert "From 0.91 on would keep it, too: 4.0% more would go through." in shown.output
    assert "how often it is right, of all that came in: ECE 0.012, no more than" in shown.output
    assert "(412 answers)" in shown.output


def test_the_only_team_needs_no_name(kept: Installation) -> None:
    assert kept.run("report").output == kept.run("report", "risk").output


def test_json_is_the_document_that_services_read(kept: Installation) -> None:
    shown = kept.run("report", "--json")
    assert shown.exit_code == 0
    assert json.loads(shown.output) == report_example.DIGEST


def test_csv_has_the_numbers_of_the_digest(kept: Installation) -> None:
    shown = kept.run("report", "--csv")
    header, *rows = csv.reader(io.StringIO(shown.stdout_bytes.decode(), newline=""))
    assert tuple(header) == COLUMNS
    assert len(rows) == len(list(digest_rows(from_document(report_example.DIGEST))))


def test_the_newest_digests_are_listed_a_line_each(kept: Installation) -> None:
    shown = kept.run("report", "--last", "2")
    lines = [line for line in shown.output.splitlines() if line.strip().startswith("Mon ")]
    assert [line.split()[1] for line in lines] == ["16", "09"]
    assert "3.1% (between 2.4% and 4.1%, n=412)" in lines[0]
    assert "1.1% (between 0.4% and 2.4%, n=187)" in lines[0]


def test_a_list_is_not_mixed_with_another_form(kept: Installation) -> None:
    shown = kept.run("report", "--last", "2", "--json")
    assert shown.exit_code == 2
    assert "give it without --json" in shown.output


def test_without_a_digest_it_says_how_to_get_one(risk: Installation) -> None:
    for arguments in (["report"], ["report", "--last", "3"]):
        shown = risk.run(*arguments)
        assert shown.exit_code == 2
        assert "secondlook report risk --since DAY" in shown.output


def test_a_digest_of_another_version_is_refused_with_the_way_out(risk: Installation) -> None:
    with risk.database.write() as tx:
        reporting.keep(tx, "risk", LAST_DAY)
        old = digests.history(tx, "risk", 1)[0]
        later = old.until_at + HOUR
        digests.keep(tx, replace(old, key="digest:risk:2026-11-17", until_at=later, document={"received": 1}))
    shown = risk.run("report")
    assert shown.exit_code == 2
    assert "--since 2026-11-09T09:00+00:00 --until 2026-11-16T10:00+00:00" in shown.output


def received(risk: Installation, *moments: str) -> None:
    with risk.database.write() as tx:
        store(
            tx,
            [
                prediction(number, received_at=datetime.fromisoformat(moment))
                for number, moment in enumerate(moments)
            ],
        )


def test_a_period_is_measured_by_the_team_s_calendar(risk: Installation) -> None:
    # In July Lisbon is an hour ahead of UTC.
    received(risk, "2026-06-30T22:59+00:00", "2026-06-30T23:00+00:00", "2026-07-01T22:59+00:00")
    shown = risk.run("report", "--since", "2026-07-01", "--until", "2026-07-02", "--json")
    assert shown.exit_code == 0
    digest = from_document(json.loads(shown.output))
    assert digest.since_at == datetime.fromisoformat("2026-06-30T23:00+00:00")
    assert digest.received.now == 2
    assert digest.received.before == 1


def test_an_end_alone_measures_the_week_before_it_and_a_zone_is_heard(risk: Installation) -> None:
    shown = risk.run("report", "--until", "2026-07-08T12:00+02:00", "--json")
    digest = from_document(json.loads(shown.output))
    assert digest.until_at == datetime.fromisoformat("2026-07-08T10:00+00:00")
    assert digest.until_at - digest.since_at == timedelta(days=7)


def test_a_period_where_nothing_came_in_is_told_as_a_table(risk: Installation) -> None:
    shown = risk.run("report", "--since", "2026-07-01", "--until", "2026-07-02")
    assert shown.exit_code == 0
    assert "A quiet week: nothing came in, and nothing waits." in shown.output
    assert "how often it is right, of what was looked at: too few answers yet (0 of 20)." in shown.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "monday"], "write 2026-11-01"),
        (["--until", "0001-01-01T00:00+05:00"], "write 2026-11-01"),
        (["--since", "2026-11-02", "--until", "2026-11-01"], "move --since"),
        (["--since", "2999-01-01"], "move --since"),
    ],
)
def test_a_period_that_cannot_be_is_refused(risk: Installation, arguments: list[str], said: str) -> None:
    shown = risk.run("report", *arguments)
    assert shown.exit_code == 2
    assert said in shown.output


def test_an_unknown_team_is_told_which_there_are(risk: Installation) -> None:
    shown = risk.run("report", "nobody")
    assert shown.exit_code == 2
    assert "it has: risk" in shown.output
