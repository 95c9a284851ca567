"""What nobody answered in time, counted by what it stands for."""

from datetime import timedelta

from routing.evidence.phases import LateGroup
from routing.triage.follow_up import FollowUp
from storage.cases import follow_ups
from storage.engine.database import Database
from storage.evidence import late_answers
from storage.evidence.decisions_in_force import Window
from tests.storage.examples import HOUR, NOW, prediction, store
from tests.storage.history import SINCE, UNTIL, audited, decide


def test_the_silent_are_counted_with_what_became_of_them(database: Database) -> None:
    drawn = [FollowUp(f"case_{number}", 0.5, number < 4) for number in range(1, 7)]
    with database.write() as tx:
        store(tx, [prediction(number, routed=audited()) for number in range(1, 7)])
        store(tx, [prediction(7), prediction(8, routed=audited())])
        follow_ups.add(tx, [*drawn, FollowUp("case_7", 1.0, True)], NOW, NOW + HOUR)
        for number, label in ((1, "ok"), (2, "fraud"), (4, "ok"), (5, "fraud"), (8, "ok")):
            decide(tx, number, label)
        audits, reviews = late_answers.counts(tx, Window(("fraud",), SINCE, UNTIL))
        later = Window(("fraud",), NOW + timedelta(days=2), UNTIL)
        assert late_answers.counts(tx, later) == ()
    assert audits.group == LateGroup((0.1, True), 0.5, 6, 3, 2, 1, 2, 1)
    assert (audits.task, audits.tier, audits.slices) == ("fraud", "low", {"country": "DE"})
    assert reviews.group == LateGroup((1.0, False), 1.0, 1, 1, 0, 0)
