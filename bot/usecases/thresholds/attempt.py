"""What an attempt to certify thresholds rests on, and whether it is worth its part of the promise."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.usecases.thresholds import check_regions
from bot.usecases.thresholds.cell_sets import CellKey
from bot.usecases.thresholds.threshold_table import Stream
from routing.cell import EVERYTHING, Cell
from routing.evidence.alarm import AlarmKind
from routing.evidence.calibrator import IDENTITY, Calibrator
from routing.evidence.promise import NotYet, Promise, answer_from_json
from routing.policy import Tier
from storage.engine.database import Transaction
from storage.evidence import label_counts
from storage.evidence.model_evidence import Calibrate
from storage.evidence.tier_window import TierWindow
from storage.measured import alarms, calibrators, certificates
from storage.measured.calibrators import StoredCalibrator
from storage.measured.certificates import Attempt

EVIDENCE = timedelta(days=90)
SETTLED = timedelta(minutes=1)
"""By then every replica has read what is in force."""
GROWTH = 0.25
GROWTH_IN_FORCE = 1.0
FEWEST_NEW = 30
"""So many labels, and so much more of them, have to come before another attempt is worth its part: as many
again where something is in force everywhere already."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What an attempt rests on: what was received from `begins` to before `until`.

    `granted` are all certificates that the stream ever had, `in_force` those that hold now, and `last` the
    tests of the attempt before. `named_since` says since when the policy names a cell, by its key. What was
    received before `calibrated_since` was held against thresholds by another calibrator.
    """

    stream: Stream
    promise: Promise
    attempt: int
    last: Sequence[Attempt]
    granted: Sequence[Attempt]
    in_force: Sequence[Attempt]
    calibrator_version: str | None
    calibrator: Calibrator
    calibrated_since: datetime | None
    begins: datetime
    until: datetime
    named_since: Mapping[str, datetime]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """What is tested: everything and each cell; the cells alone where they have thresholds of their own.

        A threshold for everything promises nothing about a cell, so the way back to it is by revocations.
        """
        own = self.stream.cells
        return own if self.is_divided else (EVERYTHING, *own)

    @property
    def is_divided(self) -> bool:
        """Whether cells have thresholds of their own."""
        return any(certificate.key.cell != EVERYTHING.key for certificate in self.in_force)

    def in_force_for(self, cell: Cell) -> Attempt | None:
        """The certificate that what is in the cell is held against."""
        return next((held for held in self.in_force if held.key.cell in (cell.key, EVERYTHING.key)), None)

    @property
    def calibrate(self) -> Calibrate | None:
        """How confidences of before the present calibrator are to be read; None where there are none."""
        earliest = min(self.received(cell).since for cell in self.cells)
        is_mixed = self.calibrated_since is not None and earliest < self.calibrated_since
        return self.calibrator.calibrate if is_mixed else None

    def received(self, cell: Cell) -> TierWindow:
        """What the test of the cell rests on.

        What was accepted under another threshold, or spoke against this one, is no evidence for the next; nor
        are the labels by which a slice was chosen.
        """
        touching = (old for old in self.granted if Cell.of(old.key.cell).overlaps(cell))
        # Labels that chose or ended a threshold are biased towards
        # the outcome: a test on them would promise too much.
        begins = [self.begins, *((old.revoked_at or old.attempted_at) + SETTLED for old in touching)]
        if cell != EVERYTHING:  # not noted yet: chosen just now, by labels that may be all there are
            begins.append(self.named_since.get(cell.key, self.until))
        return self.stream.window(max(begins), self.until, cell)


def basis_of(
    tx: Transaction,
    stream: Stream,
    labels_since: Mapping[str, datetime],
    cells_since: Mapping[CellKey, datetime],
    now: datetime,
) -> Basis | None:
    """What an attempt for this stream would rest on; None where nothing is promised or can be tested yet."""
    promise = stream.tier.promise
    fits = calibrators.history(tx, stream.task.name, stream.model)
    if promise is None or not fits:  # the first calibrator would make the evidence begin anew
        return None
    task, tier = stream.task.name, stream.tier
    # A task that was not noted yet has no evidence: nobody knows since when its labels are what they are.
    begins = [now - EVIDENCE, labels_since.get(task, now), *_drifted(tx, task, tier, now)]
    changes = [(changed_at + SETTLED, keeps_order) for changed_at, keeps_order in calibrator_changes(fits)]
    begins += [changed_at for changed_at, keeps_order in changes if not keeps_order]
    until = now - tier.settles_in  # what experts still have time for would look unanswered
    begins += _checks_began(tx, stream, max(begins), until)
    return Basis(
        stream=stream,
        promise=promise,
        # Numbered by the rows: the part that an attempt may spend must not begin anew with a restart.
        attempt=certificates.attempts(tx, stream.key) + 1,
        last=certificates.last(tx, stream.key),
        granted=certificates.granted(tx, stream.key),
        in_force=[held for held in certificates.last_granted(tx, stream.key) if held.revoked_at is None],
        calibrator_version=fits[-1].version if fits[-1].is_used else None,
        calibrator=_in_force(fits[-1]),
        calibrated_since=max((changed_at for changed_at, _ in changes), default=None),
        begins=max(begins),
        until=until,
        named_since={
            key: since for (*place, key), since in cells_since.items() if place == [task, tier.name]
        },
    )


def _checks_began(tx: Transaction, stream: Stream, since: datetime, until: datetime) -> list[datetime]:
    """From when on everything had a chance of a second opinion, where these say what an answer is worth."""
    if not stream.tier.checks_labels or since >= until:
        return []
    last = label_counts.last_unchecked(tx, stream.window(since, until))
    region_at = check_regions.since(tx, stream)
    begins = [] if last is None else [last + timedelta(microseconds=1)]
    # What came before was checked at random only, and would keep the region from being tested as a whole.
    return begins if region_at is None else [*begins, region_at + SETTLED]


def _drifted(tx: Transaction, task: str, tier: Tier, now: datetime) -> list[datetime]:
    """When the task's traffic drifted, where that suspends a promise: what came before was other traffic."""
    if "drift" not in tier.suspend_on:
        return []
    raised = alarms.since(tx, [task], now - EVIDENCE, now + SETTLED)
    return [alarm.raised_at + SETTLED for alarm in raised if alarm.kind != AlarmKind.ERROR]


def _in_force(fit: StoredCalibrator) -> Calibrator:
    return Calibrator.from_json(fit.calibrator) if fit.is_used else IDENTITY


def calibrator_changes(fits: Sequence[StoredCalibrator]) -> Iterator[tuple[datetime, bool]]:
    """When another calibrator came into force, and whether it ranks predictions as the one before did.

    Then what was labeled before still speaks for a threshold: labels chose no order. Where they did, a
    threshold tested on the same labels would look better than it is.
    """
    before = IDENTITY
    for fit in fits:
        present = _in_force(fit)
        if present != before:  # a fit that is refused takes its predecessor out of force: that counts
            yield fit.fitted_at, before.keeps_order and present.keeps_order
        before = present


def is_worth_it(tx: Transaction, basis: Basis, now: datetime) -> bool:
    """Whether enough labels came since the last attempt for another to spend its part."""
    since = min(basis.received(cell).since for cell in basis.cells)
    if since >= basis.until:
        return False
    labels = _labels_at(tx, basis, since, now)
    before = _labels_at(tx, basis, since, basis.last[0].attempted_at) if basis.last else 0
    is_covered = all(basis.in_force_for(cell) for cell in basis.cells)
    growth = GROWTH_IN_FORCE if is_covered else GROWTH
    if labels - before < max(FEWEST_NEW, growth * before, _missing(basis) if before else 0):
        return False
    if is_covered:  # fewer labels than the last certificate rests on would hardly grant a looser threshold
        granted_at = max(certificate.attempted_at for certificate in basis.in_force)
        if labels < _labels_at(tx, basis, granted_at - EVIDENCE, granted_at):
            return False
    # A test of the largest part that cannot succeed even without an error would only spend the promise.
    from routing.measures.certification.label_needs import zero_error_labels

    largest = max(map(basis.stream.share, basis.cells)) * basis.promise.spent_by(basis.attempt)
    return labels >= zero_error_labels(basis.promise.error, largest)


def _labels_at(tx: Transaction, basis: Basis, since: datetime, moment: datetime) -> int:
    """How many labels an attempt at that moment has had to go by; where they are checked, of these."""
    tier = basis.stream.tier
    window = basis.stream.window(since, moment - tier.settles_in)
    return label_counts.decided_before(tx, window, moment, only_drawn=tier.checks_labels)


def _missing(basis: Basis) -> int:
    """Half of the labels that the last attempt missed, in the cell that needed least."""
    conclusions = (answer_from_json(test.answer) for test in basis.last)
    needed = (refusal.needed for refusal in conclusions if isinstance(refusal, NotYet))
    return min(filter(None, needed), default=0) // 2
