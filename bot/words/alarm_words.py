"""Alarms in words: what changed, in the words of today also where an earlier version kept it."""

import re

from routing.evidence.alarm import Alarm, AlarmKind

_CHANCE = re.compile(r" \(PSI [^()]*\)")
"""What earlier versions had in the sentence; it is a figure now."""


def alarm_words(alarm: Alarm) -> str:
    """What a lead reads of it."""
    what, mark, basis = _CHANCE.sub("", alarm.sentence).partition(";")
    if alarm.kind is AlarmKind.CONFIDENCE and "calibrated" in what:
        what = f"The model is {'less' if alarm.effect < 0 else 'more'} sure than it was"
    return f"{what}{mark}{basis}"


def alarm_figures(alarm: Alarm) -> str:
    """What its test rests on, for who wants the statistics."""
    about = " ".join(filter(None, (alarm.kind.value, alarm.subject, alarm.slice)))
    tested = f"{alarm.effect:.3g} {alarm.unit}, p {alarm.adjusted_p_value:.2g} (n={alarm.n_window:,})"
    return f"{alarm.task}, {about}: {tested}{f'; {alarm.figures}' if alarm.figures else ''}"
