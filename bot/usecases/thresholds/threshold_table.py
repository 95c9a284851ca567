"""What a tier's threshold is, where it comes from, and what the labels of the last weeks would certify."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.usecases.thresholds.evidence_arrays import checks_of, conclude, traffic_of
from bot.usecases.thresholds.terms import terms_of
from bot.words.threshold_words import lapse_words
from routing.cell import EVERYTHING, Cell
from routing.digest.model_quality import ThresholdRow, ThresholdState
from routing.evidence.grant import GrantTerms, lapse_of
from routing.evidence.promise import Certificate, NotYet, Promise, answer_from_json
from routing.evidence.risk_coverage import RiskCoverage
from routing.policy import Policy, Task, Team, Tier
from routing.prediction import ModelRef
from storage.engine.database import Transaction
from storage.evidence import model_evidence
from storage.evidence.model_evidence import Scores, TrafficCount
from storage.evidence.tier_window import TierWindow
from storage.measured import calibrators, certificates
from storage.measured.certificates import Attempt, CertificateKey

USUAL_CONFIDENCE = 0.95
"""A tier without a promise is held against the team's target with this confidence."""
MOST_PROMISED = 0.5
"""A target from there on is no promise that anything could be tested for."""
WEEK = timedelta(days=7)
FOR_CELLS = 0.5
"""The part of a promise's δ for thresholds by cell; the rest is for the threshold for everything."""


@dataclass(frozen=True, slots=True)
class Stream:
    """The predictions of a model that fall in a tier of a task; `received` of them in the period."""

    task: Task
    tier: Tier
    model: ModelRef
    received: int

    @property
    def key(self) -> CertificateKey:
        """What a certificate for all of it is for."""
        return CertificateKey(self.task.name, self.tier.name, self.model)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The parts of it that may have thresholds of their own."""
        return self.tier.cells

    def share(self, cell: Cell) -> float:
        """The part of an attempt's δ for this cell, fixed before any label is seen."""
        if not self.cells:
            return 1.0
        return 1 - FOR_CELLS if cell == EVERYTHING else FOR_CELLS / len(self.cells)

    def window(self, since: datetime, until: datetime, cell: Cell = EVERYTHING) -> TierWindow:
        """What it received from `since` to before `until`, or what of it is in the cell."""
        return TierWindow(self.task.name, self.tier.name, self.model, since, until, cell)


def threshold_rows(
    tx: Transaction,
    policy: Policy,
    team: Team,
    counts: Iterable[TrafficCount],
    since: datetime,
    until: datetime,
) -> tuple[tuple[ThresholdRow, ...], RiskCoverage | None]:
    """The threshold of every stream of the team's tasks, and the curve of the busiest that has labels."""
    rows: list[ThresholdRow] = []
    curve: RiskCoverage | None = None
    versions = calibrators.versions_in_force(tx)
    for stream in streams(policy, team.tasks, counts):
        standing = _standing(tx, stream, team, terms_of(policy, stream.key, versions))
        if all(row.promise is None and row.state is ThresholdState.REVIEWED for _, row in standing):
            rows += [row for _, row in standing]
            continue
        settled = until - stream.tier.settles_in  # what experts still have time for would count as unanswered
        windows = [stream.window(since, settled, cell) for cell, _ in standing]
        scores = model_evidence.scores_of_each(tx, windows, with_checks=stream.tier.checks_labels)
        look = _looks(tx, stream, since, until)
        proposals = [
            (_with_proposal(row, columns, look, stream, cell), columns)
            for (cell, row), columns in zip(standing, scores, strict=True)
        ]
        rows += [row for row, _ in proposals]
        curve = curve or _busiest_curve(proposals)
    return tuple(rows), curve


def _busiest_curve(proposals: Iterable[tuple[ThresholdRow, Scores]]) -> RiskCoverage | None:
    """The curve of the cell with most traffic that has labels."""
    busiest = sorted(proposals, key=lambda proposal: -len(proposal[1]))
    return next((curve for row, scores in busiest if (curve := _curve(row, scores)) is not None), None)


def streams(policy: Policy, tasks: Iterable[str], counts: Iterable[TrafficCount]) -> Iterator[Stream]:
    """What came in by task, tier and model, the busiest first; tiers that left the policy are passed over."""
    received: Counter[tuple[str, str, ModelRef]] = Counter()
    for count in counts:
        received[count.task, count.tier, count.model] += count.stratum.received
    wanted = frozenset(tasks)
    for (task_name, tier_name, model), number in received.most_common():
        task = policy.tasks.get(task_name)
        tier = next((tier for tier in task.tiers if tier.name == tier_name), None) if task else None
        if task is not None and tier is not None and task_name in wanted:
            yield Stream(task, tier, model, number)


def _standing(
    tx: Transaction, stream: Stream, team: Team, terms: GrantTerms
) -> list[tuple[Cell, ThresholdRow]]:
    """What is in force now, without a look at the labels: a row for each cell that has its own threshold."""
    tier = stream.tier
    row = ThresholdRow(
        task=stream.task.name,
        tier=tier.name,
        model=stream.model,
        state=ThresholdState.REVIEWED,
        in_force=None,
        promise=tier.promise,
        received=stream.received,
        rule=stream.task.rule_of(tier),
    )
    if tier.promise is not None:
        return _promised(tx, stream, row, terms)
    if isinstance(tier.accept_above, float):
        allowed = team.target_error
        target = Promise(allowed, USUAL_CONFIDENCE) if allowed and allowed < MOST_PROMISED else None
        row = replace(row, state=ThresholdState.FIXED, in_force=tier.accept_above, promise=target)
    return [(EVERYTHING, row)]


def _promised(
    tx: Transaction, stream: Stream, row: ThresholdRow, terms: GrantTerms
) -> list[tuple[Cell, ThresholdRow]]:
    held = certificates.last_granted(tx, stream.key)
    last = {test.key.cell: test for test in certificates.last(tx, stream.key)}
    in_force = {certificate.key.cell for certificate in held if certificate.revoked_at is None}
    if not any(cell.key in in_force for cell in stream.cells):
        # Where all that slices had was revoked, the newest reason is that of the whole tier.
        whole = max(held, key=lambda old: (old.key.cell == EVERYTHING.key, old.attempted_at), default=None)
        return [(EVERYTHING, _of_cell(row, terms, whole, last.get(EVERYTHING.key)))]
    granted = {certificate.key.cell: certificate for certificate in held}
    return [
        (cell, _of_cell(replace(row, slice=cell.words), terms, granted.get(cell.key), last.get(cell.key)))
        for cell in stream.cells
    ]


def _of_cell(
    row: ThresholdRow, terms: GrantTerms, granted: Attempt | None, last: Attempt | None
) -> ThresholdRow:
    if granted is not None and granted.revoked_at is not None:
        return replace(row, state=ThresholdState.REVOKED, why=granted.revoked_reason or "")
    if granted is not None:
        lapse = lapse_of(granted.grant, terms)
        if lapse is None:
            return replace(row, state=ThresholdState.GRANTED, in_force=granted.threshold)
        return replace(row, state=ThresholdState.SUSPENDED, why=lapse_words(lapse, terms.promise))
    conclusion = answer_from_json(last.answer) if last else None
    why = conclusion.why if isinstance(conclusion, NotYet) else ""
    return replace(row, state=ThresholdState.NOT_YET, found=conclusion, why=why)


def _looks(tx: Transaction, stream: Stream, since: datetime, until: datetime) -> int:
    """The number of this look at the labels: each spends its part of the promise."""
    # A weekly digest is a look, too: uncounted, some week or other would propose a threshold by chance.
    return 1 + max(certificates.attempts(tx, stream.key), (until - since) // WEEK)


def _with_proposal(row: ThresholdRow, scores: Scores, look: int, stream: Stream, cell: Cell) -> ThresholdRow:
    """The row with what the labels would certify; as it is where nothing is to be kept."""
    if row.promise is None or not len(scores):
        return row
    traffic, checks = traffic_of(scores, stream.task.group_for), checks_of(scores)
    conclusion = conclude(traffic, checks, row.promise, row.in_force, look, stream.share(cell))
    if not isinstance(conclusion, Certificate):
        return replace(row, found=conclusion)
    return replace(row, found=conclusion, gain=_gain(scores, row.in_force, conclusion.threshold))


def _gain(scores: Scores, before: float | None, after: float) -> float:
    """Which share of the stream would be accepted that is not now; below 0, less."""
    now = sum(score >= before for score in scores.calibrated) if before is not None else 0
    return (sum(score >= after for score in scores.calibrated) - now) / len(scores)


def _curve(row: ThresholdRow, scores: Scores) -> RiskCoverage | None:
    from routing.measures.estimation.coverage_curve import risk_coverage

    promised = row.found.threshold if isinstance(row.found, Certificate) else None
    marked = [threshold for threshold in (row.in_force, promised) if threshold is not None]
    points = risk_coverage(traffic_of(scores), marked=marked)
    if not points:
        return None
    return RiskCoverage(
        name=f"{row.task}, {row.place}",
        received=len(scores),
        points=points,
        current=row.in_force,
        promised=promised,
        target=row.promise.error if row.promise else None,
    )
