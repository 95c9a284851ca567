"""What an alarm is as JSON."""

import json

import pytest

from routing.evidence.alarm import WHOLE, Alarm, AlarmKind

ALARM = Alarm(
    kind=AlarmKind.FIELD,
    task="returns",
    slice="channel=web",
    subject="country",
    effect=0.12,
    unit="share of cases that changed category",
    statistic=41.5,
    p_value=1e-9,
    adjusted_p_value=1e-5,
    n_reference=2_000,
    n_window=500,
    sentence="In channel=web, country differs for 12.0 % of cases.",
    case_ids=("a", "b", "c"),
)


@pytest.mark.parametrize("kind", AlarmKind)
def test_an_alarm_read_back_is_the_same(kind: AlarmKind) -> None:
    stored = json.loads(json.dumps(ALARM.to_json() | {"kind": kind.value, "slice": WHOLE, "subject": None}))
    alarm = Alarm.from_json(stored)
    assert alarm.kind is kind
    assert alarm.case_ids == ALARM.case_ids
    assert alarm.to_json() == stored


def test_an_alarm_survives_json_whole() -> None:
    assert Alarm.from_json(json.loads(json.dumps(ALARM.to_json()))) == ALARM
