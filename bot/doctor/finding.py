"""What a check brings to light: how grave it is, in words, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class CheckStatus(StrEnum):
    """Fine, worth a look, or in the way of running."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """A fact about the installation; `mend` is empty where nothing is to be done. Holds no secret."""

    name: str
    status: CheckStatus
    what: str
    mend: str = ""


def ok(name: str, what: str) -> CheckFinding:
    """All is well."""
    return CheckFinding(name, CheckStatus.OK, what)


def warn(name: str, what: str, mend: str) -> CheckFinding:
    """It runs, but not as it should."""
    return CheckFinding(name, CheckStatus.WARN, what, mend)


def fail(name: str, what: str, mend: str) -> CheckFinding:
    """It will not run like this."""
    return CheckFinding(name, CheckStatus.FAIL, what, mend)


def has_failed(findings: Iterable[CheckFinding]) -> bool:
    """Whether any of them is in the way of running."""
    return any(finding.status is CheckStatus.FAIL for finding in findings)
