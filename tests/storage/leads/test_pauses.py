"""A pause is proposed once a day and person, leaves only a state it is in, and is forgotten when over."""

from dataclasses import replace

from routing.case.pause import Pause, PauseState
from storage.engine.database import Database
from storage.leads import pauses
from tests.storage.examples import ANNA, BEN, HOUR, NOW

PROPOSED, RUNNING, ENDED = PauseState.PROPOSED, PauseState.RUNNING, PauseState.ENDED
FIRST = Pause("pause_1", "fraud", ANNA, PROPOSED, 12, 40, 0.2, 0.45, NOW, NOW)


def test_a_person_is_proposed_once_a_day_however_often_it_is_tried(database: Database) -> None:
    with database.write() as tx:
        pauses.lock(tx, "fraud")
        assert pauses.add(tx, FIRST)
        assert not pauses.add(tx, replace(FIRST, pause_id="pause_2"))
        assert pauses.find(tx, "pause_1") == FIRST
        assert pauses.find(tx, "pause_2") is None
        assert pauses.proposed_at(tx, "fraud") == {ANNA.user_id: NOW}
        assert pauses.proposed_at(tx, "spam") == {}


def test_a_pause_leaves_only_a_state_that_it_is_in(database: Database) -> None:
    later = NOW + HOUR
    with database.write() as tx:
        pauses.add(tx, FIRST)
        assert pauses.running(tx, "fraud") == frozenset()
        assert pauses.change(tx, "pause_1", PROPOSED, RUNNING, "T1:U9", later)
        assert not pauses.change(tx, "pause_1", PROPOSED, RUNNING, "T1:U8", later)
        assert pauses.find(tx, "pause_1") == replace(
            FIRST, state=RUNNING, changed_at=later, changed_by="T1:U9"
        )
        assert [set(pauses.running(tx, task)) for task in ("fraud", "spam")] == [{ANNA.user_id}, set()]
        assert [set(pauses.tasks_of(tx, person)) for person in (ANNA, BEN)] == [{"fraud"}, set()]


def test_what_is_over_is_forgotten_and_what_runs_stays(database: Database) -> None:
    with database.write() as tx:
        for pause in (
            replace(FIRST, pause_id="runs", state=RUNNING),
            replace(FIRST, pause_id="over", state=ENDED, expert=BEN),
            replace(FIRST, pause_id="new", state=ENDED, task="spam", changed_at=NOW + HOUR),
        ):
            pauses.add(tx, pause)
        assert pauses.forget_before(tx, NOW + HOUR) == 1
        assert [pauses.find(tx, name) is None for name in ("runs", "over", "new")] == [False, True, False]
