"""The model's error, over everything and by part, where some answers speak for others that are missing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from routing.digest.model_quality import About, AskedAgain, ErrorRow
from routing.evidence.estimate import Reach, Stratum, TrafficEstimate
from routing.evidence.phases import CheckedLabel, LateGroup, phases_beside
from storage.evidence.late_answers import LateCount
from storage.evidence.model_evidence import TrafficCount
from storage.evidence.second_opinions import CheckedCase

Part = tuple[About, str]
ALL: Part = (About.ALL, "all traffic")
ACCEPTED: Part = (About.ACCEPTED, "accepted by the model alone")


@dataclass(frozen=True, slots=True)
class PeriodCounts:
    """What came in during a period, and of it what could be checked, and what was not answered in time."""

    traffic: tuple[TrafficCount, ...]
    checked: tuple[CheckedCase, ...]
    late: tuple[LateCount, ...] = ()


def error_rows(now: PeriodCounts, before: PeriodCounts) -> Iterator[ErrorRow]:
    """A row for everything, the accepted part, and every tier, model version and slice of `now`."""
    rows, earlier = _estimates(now), _estimates(before)
    for part in sorted(rows, key=lambda part: (list(About).index(part[0]), part[1])):
        yield ErrorRow(*part, rows[part], earlier.get(part))


def _estimates(counts: PeriodCounts) -> Mapping[Part, TrafficEstimate]:
    parts, checked, late = _parts(counts.traffic), _checked_parts(counts.checked), _late_parts(counts.late)
    return {
        part: _estimated(part[1], strata, checked.get(part, ()), late.get(part, ()))
        for part, strata in parts.items()
    }


def _estimated(
    name: str, strata: Sequence[Stratum], cases: Sequence[CheckedCase], late: Sequence[LateGroup]
) -> TrafficEstimate:
    """In phases where some were checked by chance, or answered late; else from the labels as they are."""
    from routing.measures.estimation.error_estimate import estimate
    from routing.measures.estimation.two_phase import two_phase

    labels, checked = estimate(name, strata), [_checked_label(case) for case in cases]
    is_checked = any(label.is_checked and label.check_chance < 1 for label in checked)
    if not is_checked and not any(group.labeled for group in late):
        return labels
    phases = phases_beside(strata, checked, late)
    return replace(labels, period=two_phase(phases), future=two_phase(phases, reach=Reach.FUTURE))


def _checked_label(case: CheckedCase) -> CheckedLabel:
    return CheckedLabel(
        # A reviewed case is of the accepted part if it was drawn from that.
        stratum=(case.inclusion_probability, case.is_audit),
        is_claim=case.is_claim,
        check_chance=case.check_chance,
        is_checked=case.is_checked,
        is_settled=case.is_checked,
        is_error=case.loss > 0,
        is_late=case.again_chance is not None,
        again_chance=1.0 if case.again_chance is None else case.again_chance,
    )


def _parts(counts: Iterable[TrafficCount]) -> Mapping[Part, list[Stratum]]:
    parts: dict[Part, list[Stratum]] = defaultdict(list)
    for count in counts:
        for part in (*_named(count), *_slices(count)):
            parts[part].append(count.stratum)
        if count.stratum.is_accepted:
            parts[ACCEPTED].append(count.stratum)
    return parts


def _checked_parts(cases: Iterable[CheckedCase]) -> Mapping[Part, list[CheckedCase]]:
    """Of each part but the slices, of which too few are checked."""
    parts: dict[Part, list[CheckedCase]] = defaultdict(list)
    for case in cases:
        for part in (*_named(case), ACCEPTED) if case.is_audit else _named(case):
            parts[part].append(case)
    return parts


def _late_parts(counts: Iterable[LateCount]) -> Mapping[Part, list[LateGroup]]:
    parts: dict[Part, list[LateGroup]] = defaultdict(list)
    for count in counts:
        for part in (*_named(count), *_slices(count)):
            parts[part].append(count.group)
        if count.group.stratum[1]:
            parts[ACCEPTED].append(count.group)
    return parts


def asked_again(counts: Iterable[LateCount]) -> Iterator[AskedAgain]:
    """What became of the silent cases of each task, by name."""
    by_task: dict[str, list[LateGroup]] = defaultdict(list)
    for count in counts:
        by_task[count.task].append(count.group)
    for task in sorted(by_task):
        groups = by_task[task]
        silent, asked, answered = (
            sum(getattr(group, name) for group in groups) for name in ("size", "asked", "labeled")
        )
        yield AskedAgain(task, silent, asked, answered)


def _named(counted: TrafficCount | CheckedCase | LateCount) -> tuple[Part, ...]:
    model = counted.model
    return (
        ALL,
        (About.TIER, f"{counted.task}, {counted.tier}"),
        (About.MODEL, f"{counted.task}, {model.name} {model.version}"),
    )


def _slices(count: TrafficCount | LateCount) -> Iterator[Part]:
    return ((About.SLICE, f"{key}={value}") for key, value in count.slices.items())
