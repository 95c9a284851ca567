import pytest

from routing.answer import Answer
from routing.case.adjudication import conclude, settle
from routing.case.case import CaseStatus
from routing.case.decision import Decision, Method
from routing.case.settlement import Disagreement, FurtherOpinion, SettledAnswer, Settlement
from routing.errors import InvalidPolicy
from routing.policy import Policy
from routing.questions.rating import Rating
from tests.routing.making import case, label, policy, prediction, submission, tier
from tests.worlds.clocks import MONDAY

FIVE = Rating()
PLAIN = tier(quorum="2")
SENIOR = tier(quorum="2", adjudicators='["U0SUE"]')


def rated(rating: str = "", labels: str = "") -> Policy:
    """The tests' policy with a rating in place of its labels."""
    return policy(labels=f"{labels}\n[tasks.returns.rating]\n{rating}\n")


def answered(*answers: tuple[str, str]) -> Settlement:
    """What (user, step) answers amount to, without an adjudicator."""
    return settled_by(PLAIN, *answers)


def settled_by(by: object, *answers: tuple[str, str]) -> Settlement:
    labels = tuple(label(step, by=user, after=place) for place, (user, step) in enumerate(answers))
    return settle(case(quorum=2, labels=labels), FIVE, by, MONDAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("predicted", "decided", "loss"), [("4", "4", 0), ("4", "5", 0.25), ("5", "1", 1), ("1", "3", 0.5)]
)
def test_the_loss_is_the_distance_as_a_share_of_the_scale(predicted: str, decided: str, loss: float) -> None:
    assert FIVE.loss(predicted, decided) == loss


def test_the_steps_beside_a_step_are_its_neighbors() -> None:
    assert FIVE.neighbors("3") == ("2", "4")
    assert FIVE.neighbors("1") == ("2",)
    assert Rating(lowest=-1, highest=1).neighbors("0") == ("-1", "1")


@pytest.mark.parametrize(
    ("answers", "median"),
    [
        (("2",), "2"),
        (("2", "4"), None),
        (("1", "5", "2"), "2"),
        (("4", "4", "5", "3"), "4"),
        (("1", "1", "2", "2"), None),
    ],
)
def test_answers_amount_to_their_median(answers: tuple[str, ...], median: str | None) -> None:
    assert FIVE.settled(answers) == median


def test_a_median_decides_and_those_who_said_it_are_named() -> None:
    settled = answered(("U0AMA", "2"), ("U0BEN", "4"), ("U0EVA", "4"))
    assert isinstance(settled, SettledAnswer)
    assert (settled.label, settled.method) == ("4", Method.CONSENSUS)
    assert [expert.user_id for expert in settled.decided_by] == ["U0BEN", "U0EVA"]


def test_a_tie_is_settled_by_one_more_opinion_or_an_adjudicator() -> None:
    tie = (("U0AMA", "2"), ("U0BEN", "4"))
    assert answered(*tie) == FurtherOpinion()
    assert settled_by(SENIOR, *tie) == Disagreement("the experts disagree: 2, 4")


def test_an_adjudicator_settles_a_tie() -> None:
    settled = settled_by(SENIOR, ("U0AMA", "2"), ("U0BEN", "4"), ("U0SUE", "3"))
    assert isinstance(settled, SettledAnswer)
    assert (settled.label, settled.method) == ("3", Method.ADJUDICATED)


def test_a_decision_says_how_far_the_prediction_was() -> None:
    asking = rated()
    asked = asking.tasks["returns"].asks
    labels = (label("4", by="U0AMA"),)
    one = case(quorum=1, labels=labels, submission=submission(prediction=prediction("2")))
    done = conclude(
        one,
        settle(one, asked, tier(), MONDAY),
        asked,
        decision_id="dec_1",
        policy_version="v",
        screen_version=1,
    )
    assert done.status is CaseStatus.DECIDED
    assert isinstance(done.decision, Decision)
    assert (done.decision.answer, done.decision.loss) == (Answer("4", 4), 0.5)


def test_steps_have_the_titles_that_the_policy_gives_them() -> None:
    task = rated('lowest = 0\nhighest = 2\ntitles = { 0 = "useless", 2 = "perfect" }').tasks["returns"]
    assert task.label_names == ("0", "1", "2")
    assert [task.title(name) for name in task.label_names] == ["0: useless", "1", "2: perfect"]


@pytest.mark.parametrize(
    ("rating", "labels", "finding"),
    [
        (
            "lowest = 1\nhighest = 1",
            "",
            "tasks.returns.rating: a scale has 2 to 10 steps; change `lowest` or `highest`",
        ),
        (
            "lowest = 0\nhighest = 10",
            "",
            "tasks.returns.rating: a scale has 2 to 10 steps; change `lowest` or `highest`",
        ),
        (
            'titles = { 9 = "great" }',
            "",
            "tasks.returns.rating: the scale has no step '9'; name its steps in `titles`",
        ),
        (
            "steps = 5",
            "",
            "tasks.returns.rating.steps: this key is not known; use one of 'lowest', 'highest', 'titles'",
        ),
        (
            "",
            "labels = ["
            + ", ".join(f'{{ name = "{n}", description = "b", example = "c" }}' for n in "ad")
            + "]",
            "tasks.returns.labels: a task with a rating has no labels; keep one of the two",
        ),
    ],
)
def test_a_scale_that_is_none_is_refused_with_words(rating: str, labels: str, finding: str) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        rated(rating, labels)
    assert finding in str(refused.value)
