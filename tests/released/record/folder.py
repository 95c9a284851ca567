"""Writes the folder of a version; the same recordings make the same bytes."""

import gzip
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from string import Template
from typing import Any

from bot.starter.files import Answers, render
from storage.engine.database import Database
from tests.places import ROOT
from tests.released.measures import context, measured
from tests.released.record.effecting import with_effects
from tests.released.record.recording import POLICY, Recording
from tests.released.restoring import restored
from tests.released.routes import drawn, routed
from tests.released.versions import DIALECTS, Version
from tests.worlds.postgres import Server

JsonObject = dict[str, Any]
POLICIES = {
    "example": ROOT / "deploy" / "policy.example.toml",
    "scenarios": ROOT / "tests" / "scenarios" / "policy.toml",
    "year": ROOT / "tests" / "scenarios" / "year.toml",
    "demo": ROOT / "bot" / "demo" / "policy.toml",
}
PREDICTIONS = 1_000
CALLBACK_URL = "http://127.0.0.1:9/callback"
"""Where nobody listens: instead of the port that the recorder happened to get."""
GAPS = {
    "callback_url": CALLBACK_URL,
    "digits_channel": "C0DIGITS",
    "oncology_channel": "C0ONCOLOGY",
    "leads_channel": "C0LEADS",
    "digits_lead": "U0SAM",
    "oncology_lead": "U0NADIA",
    "digest_day": "mon",
    "digest_at": "09:00",
}


def write(folder: Path, recordings: dict[str, Recording], server: Server) -> None:
    """Write what was recorded, and what this version makes of it once it is taken up again."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "policies").mkdir(parents=True)
    first = recordings["sqlite"]
    # Threads race, so the ends of the recordings are some seconds apart.
    ends_at = max(recording.recorded_at for recording in recordings.values())
    facts = {"recorded_at": ends_at.isoformat(), "draw_key": first.draw_key.decode()}
    _plain(folder / "recorded.json", facts | {"callback_url": CALLBACK_URL})
    _policies(folder / "policies")
    _plain(folder / "callbacks.json", first.callbacks)
    _packed(folder / "slack.json.gz", {name: recording.slack for name, recording in recordings.items()})
    _packed(
        folder / "posts.json.gz",
        {name: [asdict(each) for each in recording.posts] for name, recording in recordings.items()},
    )
    for dialect, recording in recordings.items():
        text = recording.dump.replace(recording.callback_url, CALLBACK_URL)
        (folder / f"{dialect}.sql.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    version = Version(folder)
    _measures(version, server)
    _payloads(version, recordings, server)


def _policies(folder: Path) -> None:
    texts = {name: path.read_text(encoding="utf-8") for name, path in POLICIES.items()}
    texts |= {"starter": render(Answers("", ""))["policy.toml"], "recorded": POLICY}
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(filled(text), encoding="utf-8")


def filled(text: str) -> str:
    """A policy's text with its gaps filled in, as the demo and the tests do when they run."""
    return Template(text).safe_substitute(GAPS)


def _measures(version: Version, server: Server) -> None:
    """Numbers, and where predictions go with nothing in force and with what is in force there."""
    numbers, routes = {}, _predictions(version)
    for dialect in DIALECTS:
        with _opened(version, dialect, server) as database:
            ctx = context(database, version.policy_text, version.recorded_at, version.draw_key)
            numbers[dialect] = measured(ctx)
            for name, route in routes.items():
                text = _policy_text(version, name)
                outcomes = routed(text, route["predictions"], version.draw_key, ctx.standing.present)
                route["in_force"][dialect] = outcomes
    _packed(version.folder / "measures.json.gz", numbers)
    _packed(version.folder / "routes.json.gz", routes)


def _predictions(version: Version) -> dict[str, JsonObject]:
    """Predictions over each policy, and where they go with nothing in force."""
    routes: dict[str, JsonObject] = {}
    for path in version.policies:
        text = _policy_text(version, path.stem)
        predictions = list(drawn(text, path.stem, PREDICTIONS // len(version.policies) + 1))
        outcomes = routed(text, predictions, version.draw_key)
        routes[path.stem] = {"predictions": predictions, "nothing_in_force": outcomes, "in_force": {}}
    return routes


def _policy_text(version: Version, name: str) -> str:
    return (version.folder / "policies" / f"{name}.toml").read_text(encoding="utf-8")


def _payloads(version: Version, recordings: dict[str, Recording], server: Server) -> None:
    for dialect, recording in recordings.items():
        folder = version.folder / "payloads" / dialect
        folder.mkdir(parents=True)
        with _url(version, dialect, server) as url:
            for kept in with_effects(version, dialect, url, recording.situations):
                _plain(folder / f"{kept['situation']}.json", kept)


@contextmanager
def _url(version: Version, dialect: str, server: Server) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, restored(version, dialect, Path(folder), server) as url:
        yield url


@contextmanager
def _opened(version: Version, dialect: str, server: Server) -> Iterator[Database]:
    with _url(version, dialect, server) as url:
        database = Database(url)
        yield database
        database.dispose()


def _plain(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _packed(path: Path, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
