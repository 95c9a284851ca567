"""What leads read: digests with their threads, news, and windows, of good weeks and bad, word by word."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from bot.delivery.digest.digest_details import PARTS
from bot.delivery.digest.digest_message import digest_message
from bot.delivery.notices.news_message import Example, news_message
from bot.policy.tier_change import TierChange
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.limits import message_violations, view_violations
from bot.slack.show.digest_windows import threshold_view
from bot.slack.show.replay_windows import failed_view, replay_view, result_view, working_view
from bot.usecases.digest.period import Period
from bot.usecases.lead.look_closer import DigestThreshold
from bot.usecases.lead.propose import PolicyTrial
from bot.usecases.outgoing import News
from bot.words.threshold_words import LAPSES
from routing.digest.digest import Digest
from routing.digest.model_quality import ErrorRow, Quality, ThresholdRow, ThresholdState
from routing.evidence.alarm import Alarm
from routing.evidence.promise import NotYet
from routing.policy import Policy, Tier
from tests.delivery.qualities import digest, quality
from tests.plain_words import assert_plain, texts_of
from tests.routing.measures.drift.test_drift import look, traffic, with_field, with_text
from tests.routing.qualities import watch, worse
from tests.slack.hear.test_replay_submission import replayed
from tests.slack.workspace import Workspace
from tests.worlds.clocks import MONDAY

WEEK = timedelta(days=7)
PERIOD = Period("payments", MONDAY - WEEK, MONDAY, MONDAY.date())
STATISTICS = ("What the errors rest on", "Calibration")
"""From there on the thread's last message has the words of the report."""


def _alarms() -> tuple[Alarm, ...]:
    """A real alarm of every kind: found in traffic in which everything changed."""
    rng = np.random.default_rng(17)
    before = traffic(rng, 1_000, with_text=True)
    window = [
        replace(
            with_text(with_field(with_field(case, "amount", 900.0 + place), "vip", "gold"), "crypto wallet"),
            confidence=0.4 * case.confidence,
            label="l1",
            slices={"channel": "kiosk"} if place % 2 else case.slices,
        )
        for place, case in enumerate(traffic(rng, 400, "w", with_text=True))
    ]
    return look(window, before).alarms


def _rows() -> Iterator[ThresholdRow]:
    row = quality().thresholds[0]
    lacking = NotYet(60, "To show at most 1 in 50 wrong takes at least 173 answers, without an error.")
    unchecked = NotYet(
        60, "What only one person looked at shows little until second opinions say how much was missed.", 60
    )
    kept = NotYet(0, "Not yet: at every threshold too much is wrong to keep at most 5 % error.")
    for state in ThresholdState:
        for found in (row.found, lacking, unchecked, kept, None):
            is_in_force = state in (ThresholdState.FIXED, ThresholdState.GRANTED)
            yield replace(
                row,
                state=state,
                in_force=0.95 if is_in_force else None,
                found=found,
                why=next(iter(LAPSES.values())) if state is ThresholdState.SUSPENDED else "",
                rule="payments above 1,000",
                slice="country=PT",
            )


def _weeks() -> Iterator[Digest]:
    rich = quality("card", many=3)
    yield digest("card", 3, of=replace(rich, alarms=_alarms(), errors=_named(rich)))
    yield digest("card", of=Quality(watches=(watch(rule="the big ones"), watch(""))))
    yield digest("card", of=Quality(slices=(worse("DE"),), target=0.02))
    yield from (digest("card", of=Quality(thresholds=(row,), target=0.02)) for row in _rows())


def _named(rich: Quality) -> tuple[ErrorRow, ...]:
    return tuple(replace(row, name=f"shop={row.name}") for row in rich.errors)


def _plain_part(message: Message | None) -> list[JsonObject]:
    blocks = list(message.blocks) if message else []
    heads = [next(iter(texts_of(block)), "") for block in blocks]
    ends = [number for number, head in enumerate(heads) if head in STATISTICS]
    return blocks[: min(ends, default=len(blocks))]


def _messages() -> Iterator[Message]:
    alarms = _alarms()
    yield news_message(
        News(
            "payments",
            "fraud: what comes in has changed.",
            tuple(alarm.sentence for alarm in alarms),
            "Look at the examples.",
        ),
        [Example("Is this fraud? “Two phones”", "https://example.slack.com/archives/C1/p1")],
    )
    for week in _weeks():
        yield digest_message(PERIOD, week, None, "Europe/Lisbon")
        yield digest_message(replace(PERIOD, person="U0ANN"), week, None, "Europe/Lisbon")


def _windows(policy: Policy) -> Iterator[JsonObject]:
    for row in _rows():
        for is_promised in (False, True):
            yield threshold_view(DigestThreshold(row, is_promised))
    tiers = [(name, tier) for name, task in policy.tasks.items() for tier in task.tiers]
    yield replay_view([*tiers, ("fraud", _promising(tiers[0][1]))])
    yield working_view()
    yield failed_view("Nothing came in.")
    (name, tier) = tiers[0]
    for accept in (0.9, "always_review", {"error": 0.02, "confidence": 0.95}):
        change = TierChange(name, tier.name, accept_above=accept)
        yield result_view(PolicyTrial(change, policy, ("accept_above = 0.9",)), replayed(has_older=True))


def _promising(tier: Tier) -> Tier:
    promised = {"accept_above": {"error": 0.02, "confidence": 0.95}, "because": "they are large"}
    return Tier.model_validate({**tier.model_dump(include={"name", "channel"}), "due_in": "4h", **promised})


def test_leads_read_no_word_of_the_report_no_id_and_no_other_zone(workspace: Workspace) -> None:
    sentences: set[str] = set()
    for message in _messages():
        assert message_violations(message.payload()) == ()
        sentences |= {message.text, *texts_of(list(message.blocks))}
    for week in _weeks():
        for make in PARTS.values():
            sentences |= {*texts_of(_plain_part(make(week, {})))}
    for view in _windows(workspace.world.policy):
        assert view_violations(view) == ()
        sentences |= {*texts_of(view)}
    assert len(sentences) > 100
    assert_plain(sentences)


def test_every_kind_of_drift_is_among_what_is_read() -> None:
    assert {alarm.kind.value for alarm in _alarms()} == {
        "confidence",
        "labels",
        "field",
        "slice",
        "words",
        "topics",
    }


@pytest.mark.parametrize("sentence", LAPSES.values())
def test_why_a_threshold_ended_is_plain(sentence: str) -> None:
    assert_plain([sentence])
