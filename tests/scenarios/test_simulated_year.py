"""A year in which the model is replaced, drifts and recovers, as its leads read it week by week."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count, groupby
from math import ceil

import numpy as np
import pytest

import bot.pictures.digest_picture
from bot.delivery.sender.durations import Tempo
from bot.usecases.digest.digest_document import from_document
from bot.words.digest_code_words import with_words
from routing.digest.digest import Digest
from routing.digest.headline import Deed
from routing.digest.model_quality import About, ThresholdState
from routing.evidence.estimate import Estimate
from routing.measures.certification.monitor import e_values
from routing.prediction import ModelRef
from storage.leads import digests
from storage.measured import certificates
from storage.measured.certificates import Attempt, CertificateKey
from tests.scenarios import weekly, year
from tests.scenarios.living import SLACKS_PACE, WEEK, Chronicle, Lived, begin_of, live
from tests.scenarios.people import LEADS, SAM
from tests.scenarios.readme_digests import BAD, FIRST, ORDINARY, as_quoted, quotes
from tests.scenarios.words import words
from tests.scenarios.world import World
from tests.scenarios.year import DRIFTS, NAME, RECOVERS, REPLACED, TASK, TIER, WEEKS, YEAR

NOT_YET, GRANTED, REVOKED = ThresholdState.NOT_YET, ThresholdState.GRANTED, ThresholdState.REVOKED
PROMISED_ERROR, DELTA, AUDITED = 0.05, 0.1, 0.2
SURELY = 0.95
"""The promise of time that is tested: so often the threshold is revoked by then."""
SIMULATED, MOST_AUDITS = 300, 400


@pytest.fixture(autouse=True)
def same_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids are counted, since they give samples their order; of the 52 pictures one is drawn."""
    numbers: defaultdict[str, count[int]] = defaultdict(lambda: count(1))
    monkeypatch.setattr("bot.process.wiring.new_id", lambda prefix: f"{prefix}_{next(numbers[prefix]):08}")
    monkeypatch.setattr(bot.pictures.digest_picture, "draw", once(bot.pictures.digest_picture.draw))


def once(draw: Callable[..., bytes | None]) -> Callable[..., bytes | None]:
    """`draw`, but what it gave first is given again: half a second each time."""
    drawn: list[bytes] = []

    def first(*given: object, **named: object) -> bytes | None:
        if not drawn and (made := draw(*given, **named)) is not None:
            drawn.append(made)
        return drawn[0] if drawn else None

    return first


@pytest.fixture
def policy_text() -> str:
    return year.POLICY


@pytest.fixture
def tempo() -> Tempo:
    return SLACKS_PACE


@pytest.mark.parametrize("world", ["socket-sqlite"], indirect=True)
@pytest.mark.long
def test_the_digests_tell_the_year_and_the_promise_is_kept(world: World) -> None:
    chronicle = live(world, YEAR)
    told = kept(world)

    assert_the_digests_tell_the_story(told)
    assert_each_version_earns_its_threshold(world, chronicle)
    assert_nothing_was_revoked_but_what_drifted(world)
    assert_it_was_revoked_within_the_promised_time(world, chronicle)
    assert_what_was_accepted_goes_to_review_and_says_why(world, chronicle)
    assert_the_leads_were_told(world, told)
    assert_intervals_cover_the_truth(chronicle, told)
    assert_programs_read_the_same(world)
    assert_the_readme_quotes_what_is_said_today(world)


def kept(world: World) -> list[Digest]:
    """The digests as they were made, one for each week, oldest first."""
    with world.app.ctx.database.read() as tx:
        stored = digests.history(tx, "leads", 100)
    found = [from_document(one.document) for one in reversed(stored)]
    assert [one.until_at for one in found] == [due_at(week) for week in range(WEEKS)]
    return found


def due_at(week: int) -> datetime:
    """When the digest of a week is due."""
    return begin_of(week + 1).replace(hour=9)


def granted_to(world: World, version: str) -> list[Attempt]:
    """The thresholds that were granted to a version, in order."""
    with world.app.ctx.database.read() as tx:
        attempts = certificates.history(tx, [TASK], begin_of(0), begin_of(WEEKS))
    return [one for one in attempts if one.certificate_id and one.key.model.version == version]


def revoked_one(world: World) -> tuple[Attempt, datetime]:
    """The only threshold that was revoked, and when."""
    versions = [version.name for version in YEAR.versions]
    granted = [one for version in versions for one in granted_to(world, version)]
    (revoked,) = [one for one in granted if one.revoked_at is not None]
    assert revoked.revoked_at is not None
    return revoked, revoked.revoked_at


def state(digest: Digest) -> tuple[str, ThresholdState]:
    """Of which version the digest speaks, and where its threshold stands."""
    assert digest.quality is not None
    (row,) = digest.quality.thresholds
    return row.model.version, row.state


def assert_the_digests_tell_the_story(told: Sequence[Digest]) -> None:
    states = [state(digest) for digest in told]

    assert [chapter for chapter, _ in groupby(states)] == [
        ("1.0", NOT_YET),
        ("1.0", GRANTED),
        ("2.0", NOT_YET),
        ("2.0", GRANTED),
        ("2.0", REVOKED),
        ("3.0", NOT_YET),
        ("3.0", GRANTED),
    ]
    for version in YEAR.versions:
        assert states[version.first_week] == (version.name, NOT_YET)
        digest = told[version.first_week]
        assert digest.auto_accepted.now == 0
        words = [one.words for one in digest.headlines]
        assert any("goes through by itself yet: about" in sentence for sentence in words), words


def assert_each_version_earns_its_threshold(world: World, chronicle: Chronicle) -> None:
    for version in YEAR.versions:
        granted_at = granted_to(world, version.name)[0].attempted_at
        lived = chronicle.of_version(version.name)
        before = [one for one in lived if one.received_at < granted_at]
        after = lived[len(before) :]
        assert not any(one.is_accepted for one in before)
        assert all("no threshold is certified yet" in one.reasons for one in before)
        accepted = [one for one in after if one.is_accepted]
        assert accepted == [one for one in after if one.is_sure_enough]
        assert {one.answer["inclusion_probability"] for one in accepted} == {AUDITED}
        assert len(accepted) > len(lived) / 4


def assert_nothing_was_revoked_but_what_drifted(world: World) -> None:
    revoked, revoked_at = revoked_one(world)

    assert revoked.key == CertificateKey(TASK, TIER, ModelRef(NAME, "2.0"))
    assert revoked_at > begin_of(DRIFTS)


def assert_it_was_revoked_within_the_promised_time(world: World, chronicle: Chronicle) -> None:
    _, revoked_at = revoked_one(world)
    accepted = [one for one in chronicle.of_version("2.0") if one.is_accepted]
    before, after = apart(accepted, lambda one: one.foretold.week < DRIFTS)
    needed = audits_until_revoked(sum(one.is_audit for one in before), risk(before), risk(after))
    a_week = AUDITED * len(before) / len({one.foretold.week for one in before})
    promised_weeks = ceil(needed / a_week)

    assert risk(before) < PROMISED_ERROR < 2 * PROMISED_ERROR < risk(after)
    assert begin_of(DRIFTS) < revoked_at <= begin_of(DRIFTS) + promised_weeks * WEEK
    assert promised_weeks <= RECOVERS - DRIFTS


def apart(lived: Sequence[Lived], is_first: Callable[[Lived], bool]) -> tuple[list[Lived], list[Lived]]:
    """Those of which it is true, and the others."""
    return [one for one in lived if is_first(one)], [one for one in lived if not is_first(one)]


def risk(lived: Sequence[Lived]) -> float:
    """The chance that one of them is wrong, which only the simulation knows."""
    return float(np.mean([one.foretold.chance_of_error for one in lived]))


def audits_until_revoked(before: int, good: float, bad: float) -> int:
    """After how many audits the e-process has found, in 95 % of years, that an error of `good` became `bad`.

    It had seen `before` audits by then. Simulated, since what it has lost by then is a matter of chance.
    """
    rng = np.random.default_rng(8)
    found = []
    for _ in range(SIMULATED):
        wrong = np.concatenate([rng.random(before) < good, rng.random(MOST_AUDITS) < bad])
        revoked = np.flatnonzero(e_values(wrong, alpha=PROMISED_ERROR) >= 1 / DELTA)
        first = int(revoked[0]) + 1 if len(revoked) else len(wrong)
        if first > before:  # else it was revoked by mistake: another story
            found.append(first - before)
    return int(np.quantile(found, SURELY, method="higher"))


def assert_what_was_accepted_goes_to_review_and_says_why(world: World, chronicle: Chronicle) -> None:
    revoked, revoked_at = revoked_one(world)
    assert revoked.threshold is not None
    after = [one for one in chronicle.of_version("2.0") if one.received_at > revoked_at]
    sure = [one for one in after if one.foretold.confidence >= revoked.threshold]

    assert len(sure) > len(after) / 3
    assert all(one.is_asked and not one.is_accepted for one in after)
    why = f"the certified threshold was revoked: {revoked.revoked_reason}"
    assert re.search(
        r"checked at random were wrong \(\d+ of the last 50\), too many for “at most 1 in 20”", why
    )
    assert all(why in one.reasons for one in after)
    assert not any("revoked" in one.reasons for one in chronicle.of_weeks(RECOVERS))


def assert_the_leads_were_told(world: World, told: Sequence[Digest]) -> None:
    messages = world.person(SAM).messages(LEADS)
    assert len(weekly.digests(world, LEADS)) == WEEKS
    news = [words(one) for one in messages if one["text"].startswith("Nothing that")]
    (said,) = news
    revoked, revoked_at = revoked_one(world)
    assert f"Nothing that {NAME} 2.0 predicts in {TASK} goes through by itself any more" in said
    assert str(revoked.revoked_reason) in said
    assert "Examples:" in said
    granted = [one["text"] for one in messages if "goes through by itself now" in one["text"]]
    versions = [text.partition(f"{NAME} ")[2][:3] for text in granted]
    assert [version for version, _ in groupby(versions)] == ["1.0", "2.0", "3.0"]

    week = next(number for number, one in enumerate(told) if state(one) == ("2.0", REVOKED))
    assert begin_of(week) < revoked_at < due_at(week)
    first = told[week].headlines[0]
    assert "goes through by itself any more, everything is looked at" in first.words
    assert first.deed in (Deed.REVIEW_THRESHOLD, Deed.OPEN_CASES)
    assert first.words in weekly.digests(world, LEADS)[week]["text"]


def assert_intervals_cover_the_truth(chronicle: Chronicle, told: Sequence[Digest]) -> None:
    """Of what was accepted: the share that was wrong, and the chance to be; the naive share is far off."""
    covered, future, naive, widths = [], [], [], []
    for week, digest in enumerate(told):
        assert digest.quality is not None
        row = digest.quality.row(About.ACCEPTED)
        lived = chronicle.of_weeks(week, week + 1)
        accepted = [one for one in lived if one.is_accepted]
        assert (row is not None) == bool(accepted)
        if row is None or row.now.period is None:
            continue
        share = sum(one.foretold.is_wrong for one in accepted) / len(accepted)
        widths.append(row.now.period.high - row.now.period.low)
        covered.append(covers(row.now.period, share))
        future.append(covers(row.now.future, risk(accepted)))
        of_all = digest.quality.row(About.ALL)
        assert of_all is not None
        naive.append(covers(of_all.now.naive, risk(lived)))

    assert len(covered) > WEEKS / 2
    assert np.mean(covered) >= 0.9
    assert np.mean(future) >= 0.9
    assert np.mean(naive) < 0.7
    assert np.mean(widths) < 0.25, np.mean(widths)  # of 18 audits a week; 0..1 would cover as well


def covers(found: Estimate | None, truth: float) -> bool:
    """Whether the interval holds it."""
    return found is not None and found.low - 1e-9 <= truth <= found.high + 1e-9


def assert_the_readme_quotes_what_is_said_today(world: World) -> None:
    """To renew them, put what this prints into the README's section, wrapped as you like."""
    told = weekly.digests(world, LEADS)
    made = [as_quoted(told[week]) for week in (FIRST, ORDINARY, BAD)]
    assert quotes() == made, "\n\n".join(["The README quotes other digests than these:", *made])


def assert_programs_read_the_same(world: World) -> None:
    listed = world.shop.reports("leads")
    with world.app.ctx.database.read() as tx:
        stored = digests.history(tx, "leads", 100)

    assert [one["key"] for one in listed] == [one.key for one in stored]
    week = WEEKS - 1 - REPLACED
    assert world.shop.read_report(listed[week]) == with_words(stored[week].document)
