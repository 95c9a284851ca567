"""What a check found: how it stands, in words, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """Fine, worth a look, or in the way of running."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact about the installation; `mend` is empty where nothing is to be done. Holds no secret."""

    name: str
    standing: Standing
    what: str
    mend: str = ""


def ok(name: str, what: str) -> Finding:
    """All is well."""
    return Finding(name, Standing.OK, what)


def warn(name: str, what: str, mend: str) -> Finding:
    """It runs, but not as one would wish."""
    return Finding(name, Standing.WARN, what, mend)


def fail(name: str, what: str, mend: str) -> Finding:
    """It will not run like this."""
    return Finding(name, Standing.FAIL, what, mend)


def has_failed(findings: Iterable[Finding]) -> bool:
    """Whether any of them is in the way of running."""
    return any(finding.standing is Standing.FAIL for finding in findings)
