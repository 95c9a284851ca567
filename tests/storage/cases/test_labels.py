"""Labels and abstentions: once for each round, never changed but withdrawn."""

from dataclasses import replace

import sqlalchemy as sa

from routing.label import Abstention, ExpertConfidence, Obstacle, Rationale
from storage.cases import cases, labels
from storage.engine.database import Database
from storage.tables import abstentions
from tests.storage.examples import ANNA, BEN, HOUR, NOW, label_of, prediction, store


def test_a_label_of_the_same_round_is_stored_once(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        assert labels.add(tx, label_of("case_1"))
        assert not labels.add(tx, replace(label_of("case_1", label="fraud"), label_id="label_other"))
        assert labels.add(tx, label_of("case_1", number=2))
        assert labels.add(tx, label_of("case_1", expert=BEN))


def test_every_field_of_a_label_comes_back(database: Database) -> None:
    label = replace(
        label_of("case_1"),
        rationale=Rationale("the address fits", "known_customer"),
        expert_confidence=ExpertConfidence.HIGH,
        withdrawn_at=NOW + HOUR,
    )
    with database.write() as tx:
        store(tx, [prediction(1)])
        labels.add(tx, label)
        assert cases.get(tx, "case_1").labels == (label,)


def test_a_label_is_withdrawn_once(database: Database) -> None:
    label = label_of("case_1")
    with database.write() as tx:
        store(tx, [prediction(1)])
        labels.add(tx, label)
        assert labels.withdraw(tx, label.label_id, NOW)
        assert not labels.withdraw(tx, label.label_id, NOW + HOUR)
        assert not labels.withdraw(tx, "label_none", NOW)
        assert cases.get(tx, "case_1").labels == (replace(label, withdrawn_at=NOW),)


def test_an_abstention_is_stored_once(database: Database) -> None:
    doubt = Abstention("case_1", ANNA, NOW)
    with database.write() as tx:
        store(tx, [prediction(1)])
        assert labels.add_abstention(tx, doubt)
        assert not labels.add_abstention(tx, doubt)
        assert cases.get(tx, "case_1").abstentions == (doubt,)


def test_what_kept_somebody_from_answering_comes_back(database: Database) -> None:
    bad = Abstention("case_1", ANNA, NOW, "all black", Obstacle.BAD_INPUT)
    with database.write() as tx:
        store(tx, [prediction(1)])
        labels.add_abstention(tx, bad)
        assert cases.get(tx, "case_1").abstentions == (bad,)


def test_of_an_earlier_release_something_was_missing(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        labels.add_abstention(tx, Abstention("case_1", ANNA, NOW))
        tx.execute(sa.update(abstentions).values(obstacle=None))
        assert cases.get(tx, "case_1").abstentions == (Abstention("case_1", ANNA, NOW),)


def test_an_experts_labels_come_latest_first(database: Database) -> None:
    given = [label_of(f"case_{number}") for number in (1, 2, 3)]
    with database.write() as tx:
        store(tx, [prediction(number) for number in (1, 2, 3)])
        for label in (*given, label_of("case_1", expert=BEN)):
            labels.add(tx, label)
        assert labels.of_expert(tx, ANNA, 2) == [given[2], given[1]]
