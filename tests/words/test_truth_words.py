"""What counts as right is named in the same words everywhere."""

from bot.words.digest_code_words import code_words
from bot.words.truth_words import limit_basis, promise_basis, truth_sentences
from routing.evidence.truth import TaskTruth, Truth
from tests.plain_words import assert_plain


def of(task: str, truth: Truth) -> TaskTruth:
    return TaskTruth(task, truth, 100, 0.0, 0.0)


def test_a_sentence_says_that_numbers_rest_on_labels_as_they_are() -> None:
    (words,) = truth_sentences([of("fraud", Truth.SINGLE), of("spam", Truth.SINGLE)])
    assert words.startswith("Right means right as one says: the numbers rest on labels as they are")


def test_tasks_that_differ_are_told_apart_the_weakest_first() -> None:
    rows = [of("a", Truth.AGREED), of("b", Truth.ADJUDICATED), of("c", Truth.SINGLE), of("d", Truth.AGREED)]
    first, second, third = truth_sentences(rows)
    assert first.startswith("Right in c means right as one says: ")
    assert second.startswith("Right in a and d means right as two agree: ")
    assert third.startswith("Right in b means right as adjudicated: ")


def test_every_truth_is_told_in_plain_words() -> None:
    rows = [of(f"task {number}", truth) for number, truth in enumerate(Truth)]
    assert_plain((*truth_sentences(rows), *promise_basis(rows)))


def test_a_limit_that_single_answers_back_says_so() -> None:
    assert limit_basis(Truth.SINGLE) == ", by labels as they are"
    assert [limit_basis(truth) for truth in (Truth.AGREED, Truth.ADJUDICATED, None)] == ["", "", ""]


def test_a_promise_names_what_counts_as_right() -> None:
    assert list(promise_basis([of("fraud", Truth.ADJUDICATED)])) == [
        "Right means right as adjudicated: somebody settled what experts had answered."
    ]


def test_a_truth_that_only_a_newer_version_knows_is_shown_as_it_is() -> None:
    newer = Truth("as_the_world_says")
    assert list(truth_sentences([of("fraud", newer)])) == []
    assert list(promise_basis([of("fraud", newer)])) == ["Right means right as_the_world_says."]


def test_its_code_in_the_file_is_words() -> None:
    assert [code_words(truth) for truth in Truth] == ["as one says", "as two agree", "as adjudicated"]
