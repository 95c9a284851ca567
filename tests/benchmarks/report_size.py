"""`python -m tests.benchmarks.report_size [readings]`: a report on a million predictions on PostgreSQL.

The whole report, read and measured, has 10 s and 1 GB.
"""

import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import psycopg

from bot.usecases.digest.weekly import digest_of
from routing.policy import load_policy
from routing.prediction import ModelRef
from storage.engine.database import Database, Transaction
from storage.evidence import case_inputs, day_volumes, digest_facts, labels_in_order, model_evidence
from storage.evidence.tier_window import TierWindow
from tests.benchmarks.figure import Figure, at_most
from tests.worlds import postgres
from tests.worlds.policies import EXAMPLES

PREDICTIONS = 1_000_000
MOST_SECONDS = 10.0
MOST_MEMORY = 1_000.0  # megabytes
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 30
UNTIL = SINCE + timedelta(days=DAYS)
MIDNIGHTS = [SINCE + timedelta(days=day) for day in range(DAYS + 1)]
TASKS = ("fraud",)
MODEL = ModelRef("forest", "1")
MONTH = UNTIL - SINCE
SAMPLE = 5_000
POLICY_TEXT = EXAMPLES.replace('"always_review"', "0.51\naudit = 0.0526")
POLICY = load_policy(POLICY_TEXT, "policy.toml")

# Every tenth prediction is asked: half of these for doubt, half as audits drawn from the accepted part.
FILL = (
    f"""
    INSERT INTO predictions (case_id, service, external_id, task, kind, body_digest, label, confidence,
        calibrated, probabilities, model_name, model_version, input, slices, disposition, tier, channel,
        quorum, due_in, inclusion_probability, is_audit, is_novel, reasons, policy_version, occurred_at,
        received_at)
    SELECT 'case_' || md5(n::text), 'shop', 'order-' || n, 'fraud', 'production', decode(md5(n::text), 'hex'),
        CASE WHEN n % 3 = 0 THEN 'fraud' ELSE 'ok' END, share, share,
        json_build_object('fraud', share, 'ok', 1 - share), 'forest', '1',
        json_build_object('text', repeat('Ship it to a new address. ', 20),
            'fields', json_build_object('amount', n % 997, 'country', 'DE')),
        json_build_object('country', (ARRAY['DE', 'FR', 'PT', 'IT', 'ES'])[1 + n % 5], 'plan', 'p' || n % 4),
        CASE WHEN n % 10 = 0 THEN 'review' ELSE 'auto_accepted' END, 'low', 'reviews', 1, 14400000000,
        CASE WHEN n % 20 = 0 THEN 1.0 ELSE 0.0526 END, n % 20 = 10, false, '["confidence 0.99 reaches 0.90"]',
        '0123456789ab', came_at, came_at
    FROM (
        SELECT n, 0.5 + (n::bigint * 7919 % 1000003) / 2000006.0 AS share,
            timestamptz '{SINCE}' + n * interval '{DAYS} days' / {PREDICTIONS} AS came_at
        FROM generate_series(0, {PREDICTIONS} - 1) AS n
    ) AS drawn
    """,  # noqa: S608 - made of the constants above
    """
    INSERT INTO cases (case_id, tier, channel, quorum, status, is_open, opened_at, due_at)
    SELECT case_id, tier, channel, 1, 'decided', false, received_at, received_at + interval '4 hours'
    FROM predictions WHERE disposition = 'review'
    """,
    """
    INSERT INTO decisions (decision_id, case_id, sequence, label, method, decided_at, policy_version,
        screen_version, decided_by)
    SELECT 'dec_' || case_id, case_id, 1, CASE WHEN row_id % 17 = 0 THEN 'other' ELSE label END, 'single',
        received_at + interval '1 hour', policy_version, 1, '[["T1", "U1"]]'
    FROM predictions WHERE disposition = 'review'
    """,
    """
    INSERT INTO decision_feed (cursor, decision_id, service, event)
    SELECT row_id, decision_id, 'shop', 'decided' FROM decisions
    """,
    """
    INSERT INTO labels (label_id, case_id, team_id, user_id, round, label, labeled_at, via, screen_version,
        rationale)
    SELECT 'label_' || case_id, case_id, 'T1', 'U1', 1, label, decided_at, 'button', 1,
        CASE WHEN row_id % 20 = 0 THEN 'the address is the customer''s own' END
    FROM decisions
    """,
    "ANALYZE",
)
FOR_TICKS = {"audits", "sample"}
"""What the monitor reads, not the report."""
READS: Mapping[str, Callable[[Transaction], object]] = {
    "facts": lambda tx: digest_facts.period(tx, TASKS, SINCE, UNTIL),
    "strata": lambda tx: model_evidence.strata(tx, TASKS, SINCE, UNTIL),
    "scores": lambda tx: model_evidence.scores(tx, TierWindow("fraud", "low", MODEL, SINCE, UNTIL)),
    "labeled": lambda tx: model_evidence.labeled(tx, "fraud", SINCE, UNTIL),
    "audits": lambda tx: labels_in_order.audits(tx, "fraud", "low", MODEL, SINCE, UNTIL),
    "sample": lambda tx: case_inputs.sample(tx, "fraud", SINCE, UNTIL, SAMPLE),
    "decided inputs": lambda tx: case_inputs.decided(tx, TASKS, SINCE, UNTIL, SAMPLE),
    "rationales": lambda tx: case_inputs.rationales(tx, TASKS, SINCE, UNTIL),
    "volumes": lambda tx: day_volumes.by_day(tx, TASKS, MIDNIGHTS),
}


def fill(url: str) -> None:
    """Make a month of traffic, by the database itself."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in FILL:
            connection.execute(statement)


def read(database: Database) -> Iterator[Figure]:
    """Each reading with its time, then all of them, and the memory that this process has ever held."""
    before = peak()
    kept, total = [], 0.0
    for name, reading in READS.items():
        started = time.perf_counter()
        with database.read() as tx:
            kept.append(reading(tx))
        seconds = time.perf_counter() - started
        total += 0.0 if name in FOR_TICKS else seconds
        yield at_most(
            f"{'monitor' if name in FOR_TICKS else 'report'} reads {name}",
            seconds,
            MOST_SECONDS,
            "s",
            f"peak {peak():.0f} MB",
        )
    yield at_most("report reads all of its own", total, MOST_SECONDS, "s", f"{PREDICTIONS:,} predictions")
    yield at_most("report memory", peak(), MOST_MEMORY, "MB", f"{before:.0f} MB before, all kept")


def report(database: Database) -> Iterator[Figure]:
    """A whole digest of the month, beside the empty month before it, in one go."""
    digest_of(database, POLICY, "leads", SINCE - 2 * MONTH, SINCE - MONTH, UNTIL)  # imports what it needs
    started = time.perf_counter()
    made = digest_of(database, POLICY, "leads", SINCE, UNTIL, UNTIL)
    seconds = time.perf_counter() - started
    said = f"{made.received.now:,} predictions, {made.decided.now:,} decided"
    yield at_most("report, read and measured", seconds, MOST_SECONDS, "s", said)
    yield at_most("report memory", peak(), MOST_MEMORY, "MB", "in a process of its own")


def measure(part: Callable[[Database], Iterator[Figure]]) -> Iterator[Figure]:
    """Time and memory of the report or, with `readings`, of each of its readings, where PostgreSQL starts."""
    try:
        with postgres.running() as server:
            postgres.make_template(server)
            with postgres.fresh_database(server, "report_size") as url:
                fill(url)
                database = Database(url)
                yield from part(database)
                database.dispose()
    except postgres.NoPostgres as reason:
        print(f"     PostgreSQL left out: {reason}")


def peak() -> float:
    """The most memory that this process has ever held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000


if __name__ == "__main__":
    for figure in measure(read if "readings" in sys.argv else report):
        print(figure.line(), flush=True)
