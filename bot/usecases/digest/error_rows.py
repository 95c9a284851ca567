"""The model's error, over everything and by part, where second opinions speak for the answers unchecked."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from routing.digest.model_quality import About, ErrorRow
from routing.evidence.estimate import Reach, Stratum, TrafficEstimate
from routing.evidence.phases import CheckedLabel, phases_beside
from storage.evidence.model_evidence import TrafficCount
from storage.evidence.second_opinions import CheckedCase

Part = tuple[About, str]
ALL: Part = (About.ALL, "all traffic")
ACCEPTED: Part = (About.ACCEPTED, "accepted by the model alone")


@dataclass(frozen=True, slots=True)
class PeriodCounts:
    """What came in during a period, and of it the decided cases that could get a second opinion."""

    traffic: tuple[TrafficCount, ...]
    checked: tuple[CheckedCase, ...]


def error_rows(now: PeriodCounts, before: PeriodCounts) -> Iterator[ErrorRow]:
    """A row for everything, the accepted part, and every tier, model version and slice of `now`."""
    parts, earlier = _parts(now.traffic), _parts(before.traffic)
    checked, checked_earlier = _checked_parts(now.checked), _checked_parts(before.checked)
    for part in sorted(parts, key=lambda part: (list(About).index(part[0]), part[1])):
        about, name = part
        row = _estimated(name, parts[part], checked.get(part, ()))
        was = _estimated(name, earlier[part], checked_earlier.get(part, ())) if part in earlier else None
        yield ErrorRow(about, name, row, was)


def _estimated(name: str, strata: Sequence[Stratum], cases: Sequence[CheckedCase]) -> TrafficEstimate:
    """In two phases where some of the `cases` were checked by chance; else from the labels as they are."""
    from routing.measures.estimation.error_estimate import estimate
    from routing.measures.estimation.two_phase import two_phase

    labels, checked = estimate(name, strata), [_checked_label(case) for case in cases]
    if not any(label.is_checked and label.check_chance < 1 for label in checked):
        return labels
    phases = phases_beside(strata, checked)
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


def _named(counted: TrafficCount | CheckedCase) -> tuple[Part, ...]:
    model = counted.model
    return (
        ALL,
        (About.TIER, f"{counted.task}, {counted.tier}"),
        (About.MODEL, f"{counted.task}, {model.name} {model.version}"),
    )


def _slices(count: TrafficCount) -> Iterator[Part]:
    return ((About.SLICE, f"{key}={value}") for key, value in count.slices.items())
