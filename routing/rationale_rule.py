"""When an expert must say why: never, against the model, or always."""

from enum import StrEnum


class RationaleRule(StrEnum):
    """When a task demands a rationale."""

    NEVER = "never"
    ON_OVERRIDE = "on_override"
    ALWAYS = "always"

    def requires(self, label: str, predicted: str) -> bool:
        """Whether an expert who answers `label` where the model predicted `predicted` must say why.

        `predicted` is empty where it is hidden from them: to be asked for a reason would tell them of it.
        """
        is_override = bool(predicted) and label != predicted
        return self is RationaleRule.ALWAYS or (self is RationaleRule.ON_OVERRIDE and is_override)
