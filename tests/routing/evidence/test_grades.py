"""An answer is right or wrong as other people's answers say; where these leave it open nobody knows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.evidence.grades import GradableAnswer, grades
from routing.label import ExpertId
from tests.worlds.clocks import FRIDAY

ANN, BEN, DAN = (ExpertId("T1", name) for name in ("U0ANN", "U0BEN", "U0DAN"))


def said(expert: ExpertId, label: str, case: str = "c1", **more: object) -> GradableAnswer:
    answer = GradableAnswer(case, expert, label, FRIDAY, None, is_independent=True)
    return replace(answer, **more)  # type: ignore[arg-type]  # fields by name


def marks(*answers: GradableAnswer) -> list[tuple[str, bool]]:
    return [(grade.answer.expert.user_id, grade.is_right) for grade in grades(answers)]


def test_two_who_agree_are_right() -> None:
    assert marks(said(ANN, "fraud"), said(BEN, "fraud")) == [("U0ANN", True), ("U0BEN", True)]


def test_what_most_say_is_right() -> None:
    answers = (said(ANN, "ok"), said(BEN, "fraud"), said(DAN, "fraud"))
    assert marks(*answers) == [("U0ANN", False), ("U0BEN", True), ("U0DAN", True)]


def test_an_answer_alone_or_as_many_against_it_leave_open_what_is_right() -> None:
    assert marks(said(ANN, "ok")) == []
    assert marks(said(ANN, "ok"), said(BEN, "fraud")) == []


def test_what_was_adjudicated_is_right_and_who_settled_it_is_not_graded() -> None:
    answers = (
        said(ANN, "ok", adjudicated="fraud"),
        said(BEN, "fraud", adjudicated="fraud"),
        said(DAN, "fraud", adjudicated="fraud", is_independent=False),
    )
    assert marks(*answers) == [("U0ANN", False), ("U0BEN", True)]


def test_the_first_answer_is_graded_and_the_latest_decides() -> None:
    answers = (said(ANN, "ok"), said(BEN, "fraud"), said(ANN, "fraud", is_independent=False))
    assert marks(*answers) == [("U0ANN", False), ("U0BEN", True)]


def test_a_person_seen_from_two_workspaces_is_not_several() -> None:
    assert marks(said(ANN, "ok"), said(ExpertId("T2", "U0ANN"), "ok")) == []


def test_cases_are_graded_each_by_itself_in_whatever_order_they_came() -> None:
    answers = (said(ANN, "ok", "c2"), said(ANN, "ok", "c1"), said(BEN, "ok", "c2"), said(BEN, "ok", "c1"))
    assert len(marks(*answers)) == 4


@pytest.mark.parametrize("adjudicated", [None, "spoof"])
def test_labels_are_compared_by_the_names_they_have_now(adjudicated: str | None) -> None:
    answer = said(ANN, "spoof", adjudicated=adjudicated).renamed({"spoof": "fraud"}.__getitem__)
    assert answer == said(ANN, "fraud", adjudicated=adjudicated and "fraud")


def test_how_long_it_took_is_told_only_where_it_is_kept_since_when() -> None:
    minute = timedelta(minutes=1)
    assert said(ANN, "ok", shown_at=FRIDAY - minute).took == minute
    assert said(ANN, "ok").took is None
