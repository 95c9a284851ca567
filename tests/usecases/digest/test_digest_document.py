"""A kept digest is read for ever: one of an earlier version whole, of a newer one what is understood."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.usecases.digest.digest_document import VERSION, current, from_document, to_document, version_of
from bot.words.digest_code_words import code_words
from routing.digest.model_quality import ThresholdState
from routing.evidence.estimate import Reach
from routing.stable_code import Code

KEPT = Path(__file__).parent / "documents"
JsonObject = dict[str, Any]


def kept(version: int) -> JsonObject:
    """A document as that version wrote it."""
    document: JsonObject = json.loads((KEPT / f"version_{version}.json").read_text(encoding="utf-8"))
    return document


def of_its_time(read: Any, document: Any) -> Any:
    """What is read without the fields that came since, at every depth."""
    if isinstance(read, list):
        return [of_its_time(*pair) for pair in zip(read, document, strict=True)]
    if isinstance(read, dict):
        return {name: of_its_time(read[name], part) for name, part in document.items()}
    return read


def newer() -> JsonObject:
    """A document of the next version, with codes that this one does not know."""
    document = current(kept(0))
    quality = document["quality"]
    quality["thresholds"][0]["state"] = "paused"
    quality["errors"][0]["now"]["future"]["reach"] = "next_year"
    quality["errors"][0]["about"] = "region"
    quality["alarms"][0]["kind"] = "latency"
    quality["fits"][0]["fit"]["calibrator"] = {"method": "spline", "parameters": [1.0, 2.0]}
    quality["thresholds"][1]["found"]["method"] = "split_sample"
    document["headlines"][0]["deed"] = "open_map"
    return {**document, "version": VERSION + 1, "moods": ["new"]}


def test_what_is_written_names_its_version_and_is_read_back() -> None:
    digest = from_document(kept(0))
    assert to_document(digest)["version"] == VERSION
    assert from_document(json.loads(json.dumps(to_document(digest)))) == digest


@pytest.mark.parametrize("version", range(VERSION))
def test_a_document_of_every_earlier_version_is_read_whole(version: int) -> None:
    document = kept(version)
    assert version_of(document) == version
    read = to_document(from_document(document))
    assert of_its_time(read, current(document)) == current(document)


def test_all_the_prose_of_version_0_became_codes() -> None:
    digest = from_document(kept(0))
    assert digest.quality is not None
    assert [row.state for row in digest.quality.thresholds] == list(ThresholdState)
    now = digest.quality.errors[0].now
    estimates = (now.period, now.future, now.naive)
    assert [one and one.reach for one in estimates] == [Reach.PERIOD, Reach.FUTURE, Reach.REVIEWED]


def test_a_row_that_a_replica_of_before_still_writes_is_read() -> None:
    """Its version 0 stands beside rows that were migrated."""
    migrated = current(kept(0))
    assert from_document(migrated) == from_document(kept(0))
    assert current(migrated) == migrated


def test_codes_of_a_newer_version_are_kept_and_shown_as_they_are() -> None:
    digest = from_document(newer())
    assert digest.quality is not None
    unknown: list[Code | None] = [
        digest.quality.thresholds[0].state,
        digest.quality.errors[0].about,
        digest.quality.alarms[0].kind,
        digest.headlines[0].deed,
    ]
    future = digest.quality.errors[0].now.future
    assert future is not None
    assert [one and code_words(one) for one in unknown] == ["paused", "region", "latency", "open_map"]
    assert code_words(future.reach) == "next_year"
    assert digest.quality.fits == ()
    assert digest.headlines[0].words == newer()["headlines"][0]["words"]


def test_what_is_no_digest_is_refused() -> None:
    for document in ({"received": 7}, {"version": VERSION + 1, "quality": []}, {"version": "x"}):
        with pytest.raises(ValidationError):
            from_document(document)
