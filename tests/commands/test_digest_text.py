"""A digest in the terminal: sentences, rows and errors with n and interval, or none at all."""

from dataclasses import replace
from datetime import UTC, timedelta

from rich.console import Console, RenderableType

from bot.commands.digest_text import listed, shown
from bot.words.headline_words import headlines
from bot.words.quality_words import fit_words, threshold_words
from routing.digest.digest import Digest, summarise
from routing.digest.facts import PeriodFacts
from routing.digest.model_quality import About, ModelFit, Quality, ThresholdRow, ThresholdState
from routing.evidence.calibrator import IDENTITY, CalibratorFit
from routing.evidence.truth import TaskTruth, Truth
from storage.leads.digests import StoredDigest
from tests.routing.qualities import MODEL, certificate, error, missing, threshold, traffic, unlabeled
from tests.worlds.clocks import MONDAY

WEEK = timedelta(days=7)


def digest(quality: Quality | None = None) -> Digest:
    facts = PeriodFacts(MONDAY - WEEK, MONDAY, received=40)
    first = headlines(quality) if quality else ()
    return replace(summarise(facts, quality=quality), headlines=first)


def printed(*parts: RenderableType) -> list[str]:
    console = Console(width=250, highlight=False, markup=False)
    with console.capture() as capture:
        for part in parts:
            console.print(part)
    return [" ".join(line.split()) for line in capture.get().splitlines()]


def told(quality: Quality | None) -> list[str]:
    return printed(*shown("risk", digest(quality), UTC))


def test_a_digest_that_was_not_measured_says_so() -> None:
    lines = told(None)
    assert "The models were not measured." in lines
    assert lines[1] == "40 predictions came in. None went through by itself, 0 were looked at."
    assert "Came in 40 –" in lines


def test_an_error_stands_beside_that_before_with_how_it_moved() -> None:
    lines = told(Quality(errors=(error(0.03, 0.05, traffic(0.01, 0.02)),)))
    assert (
        "all that came in 4.0% (between 3.0% and 5.0%, n=412) 4.0% (between 3.0% and 5.0%, n=412) "
        "1.5% (between 1.0% and 2.0%, n=412) worse than before between 3.0% and 5.0%"
    ) in lines


def test_an_error_of_which_nothing_is_known_has_no_number() -> None:
    lines = told(Quality(errors=(replace(error(0.03, 0.05), now=unlabeled()),)))
    assert "all that came in nothing answered nothing answered – between 0.0% and 100.0%" in lines


def threshold_line(row: ThresholdRow) -> str:
    start = "returns (standard), net"
    return next(line for line in told(Quality(thresholds=(row,))) if line.startswith(start))


def test_a_threshold_is_said_as_it_is_in_slack() -> None:
    row = threshold(found=certificate(0.8), gain=0.17)
    assert threshold_line(row) == threshold_words(row)
    revoked = threshold(ThresholdState.REVOKED, in_force=None, why="5 audits were wrong.", found=missing(60))
    assert "everything is looked at (taken back)" in threshold_line(revoked)


def test_a_calibrator_is_said_as_it_is_in_slack() -> None:
    fit = CalibratorFit(IDENTITY, 90, {}, 0.31, 0.29, 0.051, 0.02, 0.03, False, "Nothing was better.")
    shown_fit = ModelFit("returns", MODEL, fit)
    assert fit_words(shown_fit) in told(Quality(fits=(shown_fit,)))


def test_it_is_said_what_counts_as_right() -> None:
    rows = (TaskTruth("fraud", Truth.AGREED, 40, 0.95, 0.0),)
    assert any(line.startswith("Right means right as two agree: ") for line in told(Quality(truths=rows)))
    assert not any(line.startswith("Right") for line in told(Quality()))


def test_names_are_not_taken_for_markup() -> None:
    row = replace(error(0.03, 0.05, about=About.SLICE), name="country=[red]DE")
    assert any(line.startswith("country=[red]DE ") for line in told(Quality(errors=(row,))))


def test_a_list_has_the_errors_and_the_first_sentence_of_each_week() -> None:
    errors = (error(0.03, 0.05), error(0.01, 0.02, about=About.ACCEPTED))
    kept = StoredDigest("digest:risk:2026-11-16", "risk", MONDAY - WEEK, MONDAY, MONDAY, {})
    lines = printed(listed("risk", [(kept, digest(Quality(errors=errors))), (kept, digest())], UTC))
    assert lines[-2].startswith(
        "Mon 16 Nov 2026, 10:00 UTC 40 0 4.0% (between 3.0% and 5.0%, n=412) "
        "1.5% (between 1.0% and 2.0%, n=412) Of"
    )
    assert lines[-1] == "Mon 16 Nov 2026, 10:00 UTC 40 0 – – –"
