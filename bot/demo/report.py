"""What a run of the demo really did, counted from the database and the local Slack."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from bot.demo.experts import case_of
from bot.demo.person import JsonObject, SimulatedPerson
from bot.demo.script import HeldOutExample
from bot.demo.traffic import CallbackLog
from bot.usecases.digest.digest_document import from_document
from routing.digest.model_quality import About
from routing.evidence.truth import Truth
from storage.cases import cases
from storage.engine.database import Database, Transaction
from storage.evidence import digest_facts
from storage.evidence.digest_facts import Counts
from storage.leads import digests

TEAM = "leads"
FOLLOW_UPS = frozenset({"case.reopened", "case.amended", "case.contested"})
"""Events that tell of a decision once more: no second arrival of it."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Shares of right labels, 0 to 1: the model's own, and after decisions replaced some of them."""

    model_alone: float
    after_review: float


@dataclass(frozen=True, slots=True)
class DigestError:
    """What the team's digest says of the model's error on everything, 0 to 1, with its interval.

    `truth` is what counts as right in it, the weakest of the tasks: the code of a `Truth`.
    """

    value: float
    low: float
    high: float
    truth: str


@dataclass(frozen=True, slots=True)
class Report:
    """The run's totals.

    `lost` counts messages and callbacks that are missing, `doubled_…` those that are too many. `error` is
    None until there is a digest that tells of it.
    """

    counts: Counts
    posted: int
    updated: int
    rejected: int
    lost: int
    doubled_messages: int
    doubled_callbacks: int
    accuracy: Accuracy
    error: DigestError | None = None

    @property
    def duplicated(self) -> int:
        """All that came too often."""
        return self.doubled_messages + self.doubled_callbacks

    def as_json(self) -> JsonObject:
        """The report as the demo writes it."""
        return {
            **asdict(self.counts),
            "slack": {"posted": self.posted, "updated": self.updated, "rejected": self.rejected},
            "lost": self.lost,
            "duplicated": self.duplicated,
            "doubled": {"messages": self.doubled_messages, "callbacks": self.doubled_callbacks},
            "accuracy": asdict(self.accuracy),
            "digest": {"error": asdict(self.error) if self.error else None},
        }


@dataclass(frozen=True, slots=True)
class Run:
    """Where the traces of a run are: what was posted (by case id), and what came back."""

    database: Database
    slack_url: str
    reader_id: str
    channels: Sequence[str]
    examples: Mapping[str, HeldOutExample]
    reviewed: frozenset[str]
    callbacks: CallbackLog
    stats: JsonObject


def measure(run: Run) -> Report:
    """Count what the database, the local Slack and the service's callback log hold.

    Raises HandsRefused when the local Slack shows nothing, DatabaseUnavailable when the database does not.
    """
    with run.database.read() as tx:
        counts = digest_facts.counts(tx)
        error = _digest_error(tx)
        stored = {case_id: cases.get(tx, case_id) for case_id in run.reviewed}
    decisions = {case_id: case.decision for case_id, case in stored.items()}
    labels = {case_id: decision.label for case_id, decision in decisions.items() if decision}
    shown = messages_by_case(run)
    arrived = _arrivals(run.callbacks)
    made = [decision.decision_id for case in stored.values() for decision in case.decisions]
    return Report(
        counts=counts,
        posted=run.stats["posted"],
        updated=run.stats["updated"],
        rejected=sum(run.stats["rejected"].values()),
        lost=_missing(run.reviewed, shown) + _missing(made, arrived),
        doubled_messages=_surplus(shown),
        doubled_callbacks=_surplus(arrived),
        accuracy=_accuracy(run.examples, labels),
        error=error,
    )


def _digest_error(tx: Transaction) -> DigestError | None:
    """Of the model, not of this draw of its predictions alone: what the digest's own sentence tells."""
    for kept in digests.history(tx, TEAM, 1):
        quality = from_document(kept.document).quality
        everything = quality.row(About.ALL) if quality else None
        error = everything.now.future if everything else None
        if quality is not None and error is not None:
            weakest = min((row.truth for row in quality.truths), key=list(Truth).index)
            return DigestError(
                round(error.value, 4), round(error.low, 4), round(error.high, 4), weakest.value
            )
    return None


def messages_by_case(run: Run) -> Counter[str]:
    """How many messages show each case, over all expert channels."""
    reader = SimulatedPerson(run.slack_url, run.reader_id)
    seen = (case_of(message) for channel in run.channels for message in reader.messages(channel))
    return Counter(case_id for case_id in seen if case_id)


def _arrivals(log: CallbackLog) -> Counter[str]:
    """How often each decision arrived at the service; follow-ups announce none."""
    arrivals: Counter[str] = Counter()
    with log.lock:
        for event_id, body in log.bodies.items():
            if body["type"] not in FOLLOW_UPS:
                arrivals[body["data"]["decision"]["decision_id"]] += log.arrivals[event_id]
    return arrivals


def _missing(expected: Sequence[str] | frozenset[str], counts: Counter[str]) -> int:
    return sum(1 for name in expected if not counts[name])


def _surplus(counts: Counter[str]) -> int:
    return sum(count - 1 for count in counts.values())


def _accuracy(examples: Mapping[str, HeldOutExample], labels: Mapping[str, str]) -> Accuracy:
    model = sum(example.label == example.truth for example in examples.values())
    after = sum(labels.get(case_id, e.label) == e.truth for case_id, e in examples.items())
    count = max(1, len(examples))
    return Accuracy(round(model / count, 4), round(after / count, 4))
