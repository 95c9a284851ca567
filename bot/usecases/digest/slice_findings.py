"""Where a team's models are worse than elsewhere, like compared with like, harmful labels by themselves."""

from collections.abc import Callable, Mapping, Sequence

from routing.evidence.error_patterns import SliceFinding
from routing.evidence.harm_rates import HarmRate
from routing.policy import Policy
from storage.evidence.label_columns import LabelColumns


def slice_findings(
    by_task: Mapping[str, LabelColumns], weights_of: Callable[[LabelColumns], Sequence[float]]
) -> tuple[SliceFinding, ...]:
    """Slices of the labels of these tasks in which the model is worse, the widest gap first."""
    named = {task: labeled for task, labeled in by_task.items() if len(labeled)}
    if not named:
        return ()
    from routing.measures.estimation.likeness import alike
    from routing.measures.estimation.slices import worse_slices

    columns = list(named.values())
    report = worse_slices(
        [not right for labeled in columns for right in labeled.is_right],
        [label for labeled in columns for label in labeled.predicted],
        [labeled.slices[number] for labeled in columns for number in labeled.slice_number],
        [weight for labeled in columns for weight in weights_of(labeled)],
        strata=alike(
            [part for task, labeled in named.items() for part in drawn_by(task, labeled)],
            [confidence for labeled in columns for confidence in labeled.calibrated],
            [bool(is_sure) for labeled in columns for is_sure in labeled.has_confidence],
        ),
    )
    return report.findings


def harm_findings(
    policy: Policy,
    by_task: Mapping[str, LabelColumns],
    weights_of: Callable[[LabelColumns], Sequence[float]],
) -> tuple[HarmRate, ...]:
    """How the labels that the policy calls harmful fall on the slices; nothing where it names none."""
    harmful = [
        (task, labeled, [label.name for label in policy.task(task).asks.options if label.harmful])
        for task, labeled in by_task.items()
        if len(labeled)
    ]
    if not any(names for _, _, names in harmful):
        return ()
    from routing.measures.estimation.harm import TaskLabels, harm_rates
    from routing.measures.estimation.likeness import alike

    return harm_rates(
        [
            (
                TaskLabels(
                    task,
                    labeled.predicted,
                    labeled.decided,
                    [bool(is_accepted) for is_accepted in labeled.is_accepted],
                    [labeled.slices[number] for number in labeled.slice_number],
                    weights_of(labeled),
                    alike(
                        drawn_by(task, labeled),
                        labeled.calibrated,
                        [bool(is_sure) for is_sure in labeled.has_confidence],
                    ),
                ),
                name,
            )
            for task, labeled, names in harmful
            for name in names
        ]
    )


def drawn_by(task: str, labeled: LabelColumns) -> list[tuple[str, str, bool]]:
    """What the design draws each label by: the rule it is under, and whether it is an audit."""
    parts = zip(labeled.tier, labeled.is_accepted, strict=True)
    return [(task, tier, bool(is_accepted)) for tier, is_accepted in parts]
