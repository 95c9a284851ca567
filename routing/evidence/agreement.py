"""How far experts agree with each other: values, without numpy."""

from dataclasses import dataclass

from routing.evidence.estimate import LEVEL


@dataclass(frozen=True, slots=True)
class Agreement:
    """A coefficient of agreement: 1 is all, 0 what chance gives, below 0 less than that.

    `low` and `high` bound its interval. None where the answers leave it open: without cases that two experts
    answered, or, for what is corrected for chance, where all answers are the same.
    """

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Cohen's kappa of two experts over the `cases` that both answered."""

    first: str
    second: str
    cases: int
    kappa: Agreement


@dataclass(frozen=True, slots=True)
class Difference:
    """In `n` cases that both answered, somebody said `first` and somebody else `second`."""

    first: str
    second: str
    n: int


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """Agreement over the `cases` that two experts or more answered, with intervals at `level`.

    `percent` is the share of pairs of answers that are equal (0 to 1), `fleiss` Fleiss' kappa for unequal
    numbers of answers, `alpha` Krippendorff's, `ac1` Gwet's. Show them together: where nearly all cases have
    the same answer, kappa and alpha are low though nearly all agree.
    """

    cases: int
    answers: int
    experts: int
    percent: Agreement
    fleiss: Agreement
    alpha: Agreement
    ac1: Agreement
    level: float = LEVEL


@dataclass(frozen=True, slots=True)
class TaskAgreement:
    """How far the experts of a task agree, whoever they are, and on what they differ most often."""

    task: str
    report: AgreementReport
    differences: tuple[Difference, ...] = ()
