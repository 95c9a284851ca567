"""The recorder's parts on little: dumps come back whole, draws are the same, what is held back is heard."""

from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests
import sqlalchemy as sa

from storage.engine.database import Database
from tests.delivery.receiver import receiving
from tests.patience import PATIENCE
from tests.released.dumps import dump_postgres, dump_sqlite, restore_postgres, restore_sqlite
from tests.released.record.folder import filled
from tests.released.record.recording import POLICY
from tests.released.record.tap import tapping
from tests.released.restoring import EMPTY, engine_of
from tests.released.routes import drawn, routed
from tests.usecases.traffic import Traffic, traffic
from tests.worlds.postgres import Server, fresh_database

TEXT = "住所 🕵️ 'quoted'\n-- SET nothing;\n\\restrict x\nSET y = 1;\nINSERT INTO z"


def fill(url: str) -> None:
    """Some predictions with decisions, and a text that looks like a dump's own."""
    database = Database(url)
    traffic(database).day(20, text=TEXT)
    database.dispose()


def rows(url: str) -> dict[str, list[Any]]:
    """Everything in the database."""
    engine = engine_of(url)
    with engine.connect() as connection:
        rows = {
            name: sorted(map(repr, connection.execute(sa.text(f"SELECT * FROM {name}"))))  # noqa: S608 - ours
            for name in sa.inspect(connection).get_table_names()
        }
    engine.dispose()
    return rows


def test_a_dump_of_sqlite_comes_back_whole(sqlite_url: str, tmp_path: Path) -> None:
    fill(sqlite_url)
    copy = tmp_path / "copy.sqlite3"

    restore_sqlite(copy, dump_sqlite(Path(sqlite_url.removeprefix("sqlite:///"))))

    assert rows(f"sqlite:///{copy}") == rows(sqlite_url)
    assert len(rows(sqlite_url)["predictions"]) == 20


def test_a_dump_of_postgresql_comes_back_whole_and_names_no_server(
    postgres_url: str, postgres_server: Server
) -> None:
    fill(postgres_url)
    name = postgres_url.rpartition("/")[2].partition("?")[0]
    text = dump_postgres(postgres_server, name)

    with fresh_database(postgres_server, f"{name}_copy", EMPTY) as copy:
        restore_postgres(postgres_server, f"{name}_copy", text)
        assert rows(copy) == rows(postgres_url)
        fill_more(copy)
    head = text.partition("INSERT INTO")[0]
    assert [
        word for word in ("OWNER", "GRANT", "transaction_timeout", "Dumped", "restrict") if word in head
    ] == []


def fill_more(url: str) -> None:
    """What is numbered goes on being numbered."""
    database = Database(url)
    world, numbers = traffic(database), count(1_000)
    ctx = replace(world.ctx, new_id=lambda prefix: f"{prefix}_{next(numbers)}")
    assert len(Traffic(ctx, world.clock, _numbers=count(1_000)).day(3)) == 3
    database.dispose()


def test_predictions_are_drawn_alike_whenever_they_are_asked_for() -> None:
    policy = filled(POLICY)
    predictions = list(drawn(policy, "recorded", 600))
    assert predictions == list(drawn(policy, "recorded", 600))

    outcomes = routed(policy, predictions, b"a key")
    assert {outcome["disposition"] for outcome in outcomes} == {"auto_accepted", "review"}
    assert {outcome["tier"] for outcome in outcomes} >= {"ordinary", "large", "lapsing", "all", "pair"}
    assert outcomes != routed(policy, predictions, b"another key")


def test_what_is_held_back_is_heard_and_goes_no_further() -> None:
    body = urlencode({"command": "/secondlook", "text": ""})
    headers = {"content-type": "application/x-www-form-urlencoded"}

    with receiving() as application, tapping() as tap:
        tap.target = application.url

        def say() -> None:
            requests.post(tap.url, data=body, headers=headers, timeout=PATIENCE).raise_for_status()

        with tap.holding():
            heard = tap.catch(say, lambda payload: "command" in payload)
        assert heard == {"command": "/secondlook", "text": ""}
        assert application.received == []
        say()
        assert [request.body.decode() for request in application.received] == [body]
