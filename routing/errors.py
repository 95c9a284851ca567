"""The errors of the deciding core: one tree, where a class's docstring is its message."""

from routing.finding import Finding


class RoutingError(Exception):
    """The core refused what it was given."""

    def __init__(self, detail: str = "") -> None:
        summary = (type(self).__doc__ or "").strip()
        super().__init__(f"{summary} {detail}".strip())
        self.detail = detail


class InvalidPolicy(RoutingError):
    """The policy cannot work as written."""

    def __init__(self, detail: str = "", findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(detail)
        self.findings = findings

    @property
    def lines(self) -> tuple[str, ...]:
        """Every error, each as `file: key: what is wrong; mend`."""
        return tuple(line for line in self.detail.splitlines() if line)


class UnreadablePolicy(RoutingError):
    """The kept policy cannot be read."""


class InvalidExpression(RoutingError):
    """The expression is not valid CEL for this task."""


class UnknownTask(RoutingError):
    """The policy has no such task."""


class UnknownChannel(RoutingError):
    """The policy has no such channel."""


class InvalidChannel(RoutingError, ValueError):
    """The text names no Slack channel."""


class InvalidTransition(RoutingError):
    """The case is not in a state that allows this."""
