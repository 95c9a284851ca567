"""What a service may read: its own cases and the feed of their decisions."""

from dataclasses import dataclass

from bot.usecases.context import Context
from bot.usecases.expert_names import ExpertNames, reading_names
from routing.case.case import Case
from routing.case.decision import Decision
from routing.case.trial import is_trial
from routing.label import Label
from routing.letters import composed
from storage.cases import bad_inputs, cases, decisions, predictions
from storage.cases.bad_inputs import BadInput
from storage.cases.decisions import FeedEntry
from storage.cases.predictions import StoredPrediction
from storage.engine.database import Transaction


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """Where a prediction is: what triage made of it and, where people look at it, the case."""

    prediction: StoredPrediction
    case: Case | None
    names: ExpertNames

    @property
    def status(self) -> str:
        """The disposition of a prediction that nobody reviews, else the case's status."""
        return self.prediction.routing.disposition.value if self.case is None else self.case.status.value

    @property
    def decision(self) -> Decision | None:
        """The decision in force, else the one that stands until then: contested, or provisional."""
        case = self.case
        return None if case is None else case.decision or case.contested_decision or case.provisional

    @property
    def labels(self) -> tuple[Label, ...]:
        """The experts' answers; none before the case is decided, as they are sealed until then."""
        return self.case.labels if self.case is not None and self.case.decision is not None else ()


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Some lines of the feed, the cursor to go on from, and whether there are more now."""

    entries: tuple[FeedEntry, ...]
    next: int
    has_more: bool
    names: ExpertNames


def standing(ctx: Context, service: str, case_id: str) -> CaseStanding | None:
    """The service's prediction with this id; None where there is none, or it is another service's."""
    names = reading_names(ctx, service)
    with ctx.database.read() as tx:
        prediction = predictions.get(tx, case_id)
        if prediction is None or prediction.submission.service != service:
            return None
        return None if is_trial(prediction.submission) else _standing(tx, prediction, names)


def standing_of(ctx: Context, service: str, external_id: str) -> CaseStanding | None:
    """The prediction that the service posted under its own id, whose letters may be composed or not."""
    names = reading_names(ctx, service)
    keys = [(service, external_id), (service, composed(external_id))]  # version 0.1 kept what it was sent
    with ctx.database.read() as tx:
        stored = predictions.find_many(tx, keys)
        prediction = next((stored[key] for key in keys if key in stored), None)
        if prediction is None or is_trial(prediction.submission):
            return None
        return _standing(tx, prediction, names)


def decision_feed(ctx: Context, service: str, after: int, limit: int) -> FeedPage:
    """The service's decisions beyond the cursor `after` (0 for all), at most `limit`, oldest first."""
    names = reading_names(ctx, service)
    with ctx.database.read() as tx:
        lines = decisions.feed(tx, service, after, limit + 1)
    entries = tuple(lines[:limit])
    return FeedPage(entries, entries[-1].cursor if entries else after, len(lines) > limit, names)


def bad_inputs_of(ctx: Context, service: str, before: int | None, limit: int) -> list[BadInput]:
    """Inputs of the service's cases that experts called bad, at most `limit`, the latest first."""
    with ctx.database.read() as tx:
        return bad_inputs.of_service(tx, service, before, limit)


def _standing(tx: Transaction, prediction: StoredPrediction, names: ExpertNames) -> CaseStanding:
    case = cases.get(tx, prediction.case_id) if prediction.is_reviewed else None
    return CaseStanding(prediction, case, names)
