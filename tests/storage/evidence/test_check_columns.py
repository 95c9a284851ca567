"""What is read of checks beside scores: their chance, who had one, and whose first answer was a claim."""

from dataclasses import replace

from routing.prediction import ModelRef
from storage.cases import labels
from storage.engine.database import Database, Transaction
from storage.evidence import label_counts, labels_in_order, model_evidence
from storage.evidence.model_evidence import Scores
from storage.evidence.tier_window import TierWindow
from tests.storage.examples import ANNA, BEN, HOUR, NOW, label_of, prediction, routing, store
from tests.storage.history import SINCE, UNTIL, accepted, decide

WINDOW = TierWindow("fraud", "low", ModelRef("forest", "1"), SINCE, UNTIL)
PREDICTED, OTHER = "fraud", "ok"


def case(tx: Transaction, number: int, *answers: str, chance: float | None = 0.25, quorum: int = 1) -> None:
    """A case that Anna answered, and Ben after her, decided by the last answer; odd numbers are audits."""
    routed = replace(
        routing(is_audit=bool(number % 2)),
        second_opinion_chance=chance,
        quorum=quorum,
        calibrated=number / 10,
    )
    store(tx, [prediction(number, routed=routed)])
    for expert, answer in zip((ANNA, BEN), answers, strict=False):
        labels.add(tx, label_of(f"case_{number}", expert=expert, label=answer))
    if answers:
        decide(tx, number, answers[-1])


def read(tx: Transaction) -> Scores:
    return model_evidence.scores(tx, WINDOW, with_checks=True)


def test_each_prediction_says_how_it_could_be_checked_and_was(database: Database) -> None:
    with database.write() as tx:
        case(tx, 1, PREDICTED)
        case(tx, 2, PREDICTED, OTHER, quorum=2)
        case(tx, 3, OTHER, PREDICTED)
        case(tx, 4, OTHER, chance=None)
        case(tx, 5, quorum=2, chance=1.0)
        store(tx, [prediction(6, routed=replace(accepted(), calibrated=0.6))])
        columns = read(tx)

    assert list(columns.calibrated) == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    assert list(columns.check_chance) == [0.25, 0.25, 0.25, 0.0, 1.0, 0.0]
    assert list(columns.is_drawn) == [0, 1, 0, 0, 1, 0]
    assert list(columns.is_claim) == [0, 0, 1, 0, 0, 0]
    assert list(columns.is_error) == [0, 1, 0, 1, 0, 0]


def test_a_correction_keeps_its_place_and_what_was_taken_back_was_not_the_first(database: Database) -> None:
    with database.write() as tx:
        case(tx, 2, PREDICTED, OTHER, quorum=2)
        labels.add(tx, label_of("case_2", number=2, label=OTHER, at=NOW + HOUR))
        case(tx, 4, OTHER, PREDICTED, quorum=2)
        labels.withdraw(tx, "label_case_4_U1_1", NOW)
        columns = read(tx)
    assert list(columns.is_claim) == [1, 0]


def test_an_audit_that_a_second_opinion_caught_stands_for_as_many_as_its_chance_says(
    database: Database,
) -> None:
    with database.write() as tx:
        case(tx, 1, PREDICTED, OTHER, quorum=2)
        case(tx, 3, OTHER, OTHER, quorum=2)
        case(tx, 5, PREDICTED)
        case(tx, 7, OTHER, chance=None)
        case(tx, 9, quorum=2)
        drawn = labels_in_order.audits(tx, "fraud", "low", WINDOW.model, SINCE, UNTIL)
    assert [audit.check_chance for audit in drawn] == [0.25, 0.25, 0.25, 1.0, 0.25]
    assert [audit.is_caught for audit in drawn] == [True, False, False, False, False]
    assert [audit.loss for audit in drawn] == [4.0, 1.0, 0.0, 1.0, 0.0]


def test_nothing_is_read_of_checks_that_nobody_asks_for(database: Database) -> None:
    with database.write() as tx:
        case(tx, 2, PREDICTED, OTHER, quorum=2)
        columns = model_evidence.scores(tx, WINDOW)
        cells = model_evidence.scores_of_each(tx, [WINDOW, WINDOW])
        checked = model_evidence.scores_of_each(tx, [WINDOW, WINDOW], with_checks=True)
    assert (len(columns), len(columns.check_chance)) == (1, 0)
    assert [len(each.is_drawn) for each in cells] == [0, 0]
    assert [list(each.is_drawn) for each in checked] == [[1], [1]]


def test_the_last_without_a_chance_of_a_check_is_told_and_those_drawn_are_counted(database: Database) -> None:
    with database.write() as tx:
        case(tx, 2, PREDICTED, PREDICTED, quorum=2)
        case(tx, 4, PREDICTED)
        assert label_counts.last_unchecked(tx, WINDOW) is None
        store(tx, [prediction(6, routed=accepted())])
        assert label_counts.last_unchecked(tx, WINDOW) is None
        case(tx, 8, PREDICTED, chance=None)
        assert label_counts.last_unchecked(tx, WINDOW) == NOW
        assert label_counts.decided_before(tx, WINDOW, UNTIL) == 3
        assert label_counts.decided_before(tx, WINDOW, UNTIL, only_drawn=True) == 1
