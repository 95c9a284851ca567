"""What Prometheus reads: requests, the intake's batches and queue, predictions by disposition."""

from collections.abc import Callable, Sequence
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from bot.usecases.intake.outcome import Admission, Outcome, Reception
from storage.cases.predictions import StoredPrediction

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
FLUSH_SIZES = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000)


class Metrics:
    """The webhook API's figures; every label has few values: routes, statuses, tasks, tiers.

    `registry` is shared with whoever else has something to count.
    """

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        counter = partial(Counter, registry=self.registry)
        histogram = partial(Histogram, registry=self.registry)
        requests, labels = "Requests answered.", ("method", "route", "status")
        self._requests = counter("secondlook_http_requests", requests, labels)
        self._request_seconds = histogram(
            "secondlook_http_request_seconds", "Time to answer.", ("route",), buckets=SECONDS
        )
        stored = "Predictions stored in one transaction."
        self._flushes = histogram("secondlook_intake_flush_items", stored, buckets=FLUSH_SIZES)
        self._predictions = counter("secondlook_predictions", "Predictions stored.", ("task", "disposition"))
        doubt = "Predictions reviewed because the rule of their tier could not be judged."
        self._unreadable = counter("secondlook_unreadable_predictions", doubt, ("task", "tier"))

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request, by its route's template."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def flushed(self, items: int) -> None:
        """Count a transaction of the intake."""
        self._flushes.observe(items)

    def stored(self, outcomes: Sequence[Outcome]) -> None:
        """Count the predictions that are new; their tasks are the policy's, not the caller's."""
        for outcome in outcomes:
            for item in outcome.items if isinstance(outcome, Reception) else ():
                if isinstance(item, Admission):
                    self._count(item.prediction)

    def _count(self, prediction: StoredPrediction) -> None:
        task, routing = prediction.submission.task, prediction.routing
        self._predictions.labels(task, routing.disposition.value).inc()
        if routing.unreadable is not None:
            self._unreadable.labels(task, routing.tier).inc()

    def watch(self, name: str, description: str, read: Callable[[], float]) -> None:
        """A gauge that is read whenever somebody asks."""
        Gauge(f"secondlook_{name}", description, registry=self.registry).set_function(read)

    def exposition(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self.registry)
