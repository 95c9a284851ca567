"""Alarms in words, also those that an earlier version kept."""

from dataclasses import replace

import pytest

from bot.words.alarm_words import alarm_figures, alarm_words
from routing.evidence.alarm import Alarm, AlarmKind
from tests.routing.qualities import alarm


def _kept(kind: AlarmKind, sentence: str) -> Alarm:
    stored = replace(alarm(sentence), kind=kind, effect=-0.1).to_json()
    del stored["figures"]  # as 0.1 wrote it
    return Alarm.from_json(stored)


@pytest.mark.parametrize(
    ("kind", "sentence", "words"),
    [
        (
            AlarmKind.LABELS,
            "The predicted label differs for 13.0 % of cases: “fraud” has 10 %, before 0 % (PSI 0.637, by "
            "chance up to 0.034); 600 cases of the last week against 2,000 of 4 weeks.",
            "The predicted label differs for 13.0 % of cases: “fraud” has 10 %, before 0 %; 600 cases of "
            "the last week against 2,000 of 4 weeks.",
        ),
        (
            AlarmKind.CONFIDENCE,
            "The mean calibrated confidence fell from 0.912 to 0.812; 600 cases.",
            "The model is less sure than it was; 600 cases.",
        ),
    ],
)
def test_a_sentence_that_was_kept_is_told_without_its_statistics(
    kind: AlarmKind, sentence: str, words: str
) -> None:
    assert alarm_words(_kept(kind, sentence)) == words


def test_the_statistics_stand_by_themselves() -> None:
    shown = alarm_figures(replace(alarm("Changed.", "amount"), figures="PSI 0.637, by chance up to 0.034"))
    assert shown == "returns, field amount: 0.2 share, p 0.01 (n=90); PSI 0.637, by chance up to 0.034"
