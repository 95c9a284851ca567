"""A report in the terminal: errors, thresholds and calibrators with n and interval, or none at all."""

from dataclasses import replace
from datetime import timedelta

from rich.console import Console, RenderableType

from bot.commands.report_text import listed, shown
from routing.digest.digest import Digest, PeriodFacts, summarise
from routing.digest.model_quality import About, ModelFit, Quality, ThresholdRow, ThresholdState
from routing.evidence.calibrator import IDENTITY, CalibratorFit
from storage.leads.digests import StoredDigest
from tests.routing.making import MONDAY
from tests.routing.qualities import MODEL, certificate, error, missing, threshold, traffic, unlabeled

WEEK = timedelta(days=7)


def digest(quality: Quality | None = None) -> Digest:
    return summarise(PeriodFacts(MONDAY - WEEK, MONDAY, received=40), quality=quality)


def printed(*parts: RenderableType) -> list[str]:
    console = Console(width=250, highlight=False, markup=False)
    with console.capture() as capture:
        for part in parts:
            console.print(part)
    return [" ".join(line.split()) for line in capture.get().splitlines()]


def told(quality: Quality | None) -> list[str]:
    return printed(*shown("risk", digest(quality)))


def test_a_digest_that_was_not_measured_says_so() -> None:
    assert told(None)[-1] == "The models were not measured."
    assert "Traffic: received 40, auto-accepted 0" in told(None)[1]


def test_an_error_stands_beside_that_before_with_how_it_moved() -> None:
    lines = told(Quality(errors=(error(0.03, 0.05, traffic(0.01, 0.02)),)))
    assert (
        "all 4.0% (3.0% to 5.0%, n=412) 4.0% (3.0% to 5.0%, n=412) 1.5% (1.0% to 2.0%, n=412) "
        "worse than before 3.0% to 5.0%"
    ) in lines


def test_an_error_of_which_nothing_is_known_has_no_number() -> None:
    lines = told(Quality(errors=(replace(error(0.03, 0.05), now=unlabeled()),)))
    assert "all nothing labeled nothing labeled – 0.0% to 100.0%" in lines


def threshold_line(row: ThresholdRow) -> str:
    return next(line for line in told(Quality(thresholds=(row,))) if line.startswith("returns, standard"))


def test_a_threshold_says_why_it_is_and_what_could_be() -> None:
    assert threshold_line(threshold(found=certificate(0.8), gain=0.17)) == (
        "returns, standard net 7 0.900 set in the policy, without a promise "
        "0.800: at most 2 % error with 95 % confidence (n=400) 17% of the tier"
    )
    revoked = threshold(ThresholdState.REVOKED, in_force=None, why="5 audits were wrong.", found=missing(60))
    assert threshold_line(revoked) == (
        "returns, standard net 7 nothing revoked. 5 audits were wrong. About 60 more. –"
    )
    assert threshold_line(threshold(found=certificate(0.9), gain=0.0)).endswith("– –")


def test_a_calibrator_says_what_it_gains_or_why_it_is_not_used() -> None:
    fit = CalibratorFit(IDENTITY, 90, {}, 0.31, 0.29, 0.051, 0.02, 0.03, False, "Nothing was better.")
    lines = told(Quality(fits=(ModelFit("returns", MODEL, fit),)))
    assert "returns net 7 not used 90 0.051, 0.020 0.310, 0.290 Nothing was better." in lines


def test_names_are_not_taken_for_markup() -> None:
    row = replace(error(0.03, 0.05), name="country=[red]DE")
    assert any(line.startswith("country=[red]DE ") for line in told(Quality(errors=(row,))))


def test_a_list_has_the_errors_and_the_first_sentence_of_each_week() -> None:
    errors = (error(0.03, 0.05), error(0.01, 0.02, about=About.ACCEPTED))
    kept = StoredDigest("digest:risk:2026-11-16", "risk", MONDAY - WEEK, MONDAY, MONDAY, {})
    lines = printed(listed("risk", [(kept, digest(Quality(errors=errors))), (kept, digest())]))
    assert lines[-2].startswith(
        "2026-11-16 10:00 40 0 4.0% (3.0% to 5.0%, n=412) 1.5% (1.0% to 2.0%, n=412) Of everything"
    )
    assert lines[-1] == "2026-11-16 10:00 40 0 – – –"
