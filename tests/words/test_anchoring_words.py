"""What is told of experts who follow the model: only what chance does not explain."""

from bot.words.anchoring_words import anchoring_sentences
from routing.evidence.expertise import Arm, TaskAnchoring
from routing.measures.expertise.anchoring import anchoring


def row(shown: Arm, hidden: Arm, task: str = "fraud") -> TaskAnchoring:
    return TaskAnchoring(task, anchoring([(shown, hidden)]))


def test_a_proven_difference_is_told_with_what_it_means() -> None:
    (words,) = anchoring_sentences((row(Arm(384, 400), Arm(88, 100)),))
    assert words == (
        "fraud: experts agree with the model in 96% of 400 cases where they see its answer, and in 88% of "
        "100 cases where it is hidden: they follow what they see, so some errors pass as right."
    )


def test_what_may_be_chance_is_called_that() -> None:
    (words,) = anchoring_sentences((row(Arm(360, 400), Arm(88, 100)),))
    assert words.endswith("; chance alone may make that difference.")


def test_several_tasks_are_several_chances_to_be_wrong() -> None:
    lone = row(Arm(370, 400), Arm(87, 100))
    assert "follow what they see" in next(anchoring_sentences((lone,)))
    assert "chance alone" in next(anchoring_sentences((lone, *(row(Arm(90, 100), Arm(90, 100)),) * 9)))


def test_of_a_few_nothing_is_told() -> None:
    (words,) = anchoring_sentences((row(Arm(384, 400), Arm(5, 6)),))
    assert words == "fraud: too few to tell whether experts follow the model (6 cases on one side)."
