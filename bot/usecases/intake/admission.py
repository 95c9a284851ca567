"""Routes predictions, stores the new ones with their cases, and says what became of each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.usecases.context import Context
from bot.usecases.grounds import grounds
from bot.usecases.intake.differences import differences
from bot.usecases.intake.outcome import Admission, BodyIdentity, Conflict, ItemOutcome, Rejection, Repetition
from bot.usecases.intake.trial_draws import drawn
from routing.case.case import Case
from routing.case.opening import open_case
from routing.group import group_key
from routing.prediction import Submission
from routing.routing import Disposition, Routing
from routing.triage.in_force import Standing
from storage import audit
from storage.audit import Entry
from storage.cases import cases, images, predictions
from storage.cases.predictions import NewPrediction, PostedKey, StoredPrediction
from storage.delivery import projections
from storage.delivery.projections import WantedMessage
from storage.engine.database import Transaction
from storage.trials import draws


@dataclass(frozen=True, slots=True)
class Picture:
    """Posted bytes of a picture and the id under which they are stored."""

    image_id: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PostedItem:
    """A checked prediction; `body_digest` tells whether another body says the same."""

    submission: Submission
    body_digest: bytes
    picture: Picture | None = None
    earlier: BodyIdentity | None = None
    """What an earlier version would know it by."""

    @property
    def identities(self) -> tuple[BodyIdentity, ...]:
        """What it is known by if it was stored before."""
        present = BodyIdentity(self.key, lambda: self.body_digest)
        return (present, self.earlier) if self.earlier else (present,)

    @property
    def key(self) -> PostedKey:
        """What names the prediction for ever."""
        return self.submission.service, self.submission.external_id


@dataclass(frozen=True, slots=True)
class TriageBatch:
    """What is stored under each posted key, when each reviewed case is due, and what goes on record."""

    stored: dict[PostedKey, StoredPrediction]
    due_at: dict[str, datetime]
    new: dict[PostedKey, PostedItem]
    entries: tuple[Entry, ...]

    def outcome(self, item: PostedItem | Rejection) -> ItemOutcome:
        """What came of this very item: of several with the same key only the first can be stored now."""
        stored = None
        for identity in item.identities:
            stored = self.stored.get(identity.key) or stored
            if stored is not None and identity.is_of(stored):
                due_at = self.due_at.get(stored.case_id)
                is_new = isinstance(item, PostedItem) and self.new.get(item.key) is item
                return Admission(stored, due_at) if is_new else Repetition(stored, due_at)
        if isinstance(item, Rejection):
            return item
        assert stored is not None  # noqa: S101 - what is new is stored, what is not was before
        return Conflict(differences(stored.submission, item.submission))


def store(
    ctx: Context, tx: Transaction, items: Sequence[PostedItem | Rejection], now: datetime
) -> TriageBatch:
    """Route and store those of `items` whose key is new; of several with the same key the first counts.

    What is turned away is only looked for: it may have been taken before, under another policy.
    """
    before = predictions.find_many(tx, _names_of_before(items))
    first: dict[PostedKey, PostedItem] = {}
    for item in items:
        if isinstance(item, PostedItem) and not any(its.key in before for its in item.identities):
            first.setdefault(item.key, item)
    # Taken once: all of a batch is routed by the same thresholds, whatever is granted meanwhile.
    standing = ctx.standing.present
    # In the order of their keys, so that two replicas storing the same ones wait for each other once.
    routed = [_routed(ctx, standing, first[key], now) for key in sorted(first)]
    inserted = predictions.add_many(tx, routed)
    new = [prediction for prediction in routed if prediction.case_id in inserted]
    opened = [_open(ctx, standing, prediction) for prediction in new if prediction.is_reviewed]
    _store_review(ctx, tx, opened, first)
    draws.add_many(tx, list(drawn(ctx, new)))
    # After the insert, in a statement of its own: only that
    # sees what another replica has committed meanwhile.
    stored = before | predictions.find_many(tx, (each.key for each in routed if each.case_id not in inserted))
    due = {case.case_id: case.due_at for case in opened} | _due(tx, stored.values())
    return TriageBatch(
        stored={prediction.key: prediction for prediction in new} | stored,
        due_at=due,
        new={prediction.key: first[prediction.key] for prediction in new},
        entries=tuple(_entry(prediction, now) for prediction in new),
    )


def put_in(ctx: Context, tx: Transaction, prediction: NewPrediction) -> None:
    """Store what no service posted, with its case, as if it had come in now."""
    predictions.add_many(tx, [prediction])
    _store_review(ctx, tx, [_open(ctx, ctx.standing.present, prediction)], {})
    audit.append_many(tx, [_entry(prediction, prediction.received_at)])


def _names_of_before(items: Sequence[PostedItem | Rejection]) -> Iterator[PostedKey]:
    """The keys that no item of the batch is stored under."""
    for item in items:
        # The present key needs no look: the INSERT finds it, and nearly every post is new.
        present = item.key if isinstance(item, PostedItem) else None
        yield from (identity.key for identity in item.identities if identity.key != present)


def _routed(ctx: Context, standing: Standing, posted: PostedItem, now: datetime) -> NewPrediction:
    routing = ctx.router.route(posted.submission, ctx.draw_key, standing)
    submission = _kept(posted.submission, routing)
    return NewPrediction(
        ctx.new_id("case"),
        submission,
        posted.body_digest,
        routing,
        ctx.policy.version,
        now,
        group_key(posted.submission),  # as it was posted: a picture that is not kept tells inputs apart too
    )


def _kept(submission: Submission, routing: Routing) -> Submission:
    """The submission as it is stored: bytes of a picture are kept only for experts to see."""
    image = submission.input.image
    if image is None or image.image_id is None or routing.disposition is Disposition.REVIEW:
        return submission
    return replace(submission, input=replace(submission.input, image=replace(image, image_id=None)))


def _open(ctx: Context, standing: Standing, prediction: NewPrediction) -> Case:
    submission, routing, at = prediction.submission, prediction.routing, prediction.received_at
    task = ctx.policy.task(submission.task)
    rule = standing.consensus_version(task.name, task.labels_digest)
    return open_case(prediction.case_id, submission, routing, task, prediction.policy_version, at, rule)


def _store_review(
    ctx: Context, tx: Transaction, opened: Sequence[Case], posted: dict[PostedKey, PostedItem]
) -> None:
    """Store the cases, the wish to see them in their channels, and their pictures."""
    cases.add_many(tx, opened)
    projections.want_many(tx, [_wanted(ctx, case) for case in opened])
    items = (posted.get((case.submission.service, case.submission.external_id)) for case in opened)
    pictures = [item.picture for item in items if item is not None and item.picture is not None]
    images.add_many(tx, [(each.image_id, each.media_type, each.content) for each in pictures])


def _wanted(ctx: Context, case: Case) -> WantedMessage:
    tier = ctx.policy.task(case.submission.task).tier(case.tier)
    channel_id = ctx.policy.channel_id(case.channel)
    return WantedMessage(case.case_id, channel_id, tier.risk, case.due_at, case.opened_at)


def _due(tx: Transaction, stored: Iterable[StoredPrediction]) -> dict[str, datetime]:
    reviewed = [prediction.case_id for prediction in stored if prediction.is_reviewed]
    return cases.due_at_of(tx, reviewed) if reviewed else {}


def _entry(prediction: NewPrediction, now: datetime) -> Entry:
    routing = prediction.routing
    why = {**grounds(routing), "unreadable": routing.unreadable}
    return Entry(
        at=now,
        actor=f"service:{prediction.submission.service}",
        action="case.opened" if prediction.is_reviewed else f"prediction.{routing.disposition.value}",
        subject=prediction.case_id,
        data={
            "task": prediction.submission.task,
            "tier": routing.tier,
            "inclusion_probability": routing.inclusion_probability,
            "is_audit": routing.is_audit,
            **{name: value for name, value in why.items() if value is not None},
            "policy_version": prediction.policy_version,
        },
    )
