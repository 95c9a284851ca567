"""Who posts may use the names that labels had before; what is routed and stored has the present ones."""

import pytest

from routing.prediction import Prediction
from routing.triage.prediction_check import check_prediction, statement_of
from routing.triage.present_names import under_present_names
from tests.routing.making import LABELS, policy_text, prediction, submission, task


def labels(*was: tuple[str, str]) -> str:
    """The labels of the tests' task, with what stands in their tables besides."""
    more = dict(was)
    return "".join(
        f'[[tasks.returns.labels]]\nname = "{name}"\ndescription = "{text}"\n'
        f'example = "Such as this."\n{more.get(name, "")}\n'
        for name, text in LABELS
    )


RENAMED = task(labels=labels(("fraud", 'was = ["stolen", "swapped"]')))


def renamed(sent: Prediction) -> Prediction:
    posted = submission(prediction=sent)
    assert check_prediction(RENAMED, statement_of(sent)) == ()
    return under_present_names(RENAMED, posted).prediction


@pytest.mark.parametrize("name", ["stolen", "swapped", "fraud"])
def test_a_label_is_posted_under_any_name_it_ever_had(name: str) -> None:
    assert renamed(prediction(name, 0.7)).label == "fraud"
    whole = renamed(prediction(name, 0.7, **{name: 0.7, "honest": 0.3}))
    assert (whole.label, whole.confidence, whole.probabilities) == (
        "fraud",
        0.7,
        {"fraud": 0.7, "honest": 0.3},
    )


def test_probabilities_of_labels_that_are_one_now_add_up() -> None:
    merged = renamed(prediction("stolen", 0.5, stolen=0.5, swapped=0.2, honest=0.3))
    assert merged.probabilities == {"fraud": 0.7, "honest": 0.3}
    assert (merged.label, merged.confidence) == ("fraud", 0.7)


def test_a_name_that_no_label_ever_had_is_refused() -> None:
    ((path, _),) = check_prediction(RENAMED, statement_of(prediction("lost", 0.7)))
    assert path == "prediction.label"


def test_another_name_keeps_what_was_measured_and_another_label_does_not() -> None:
    before = task(labels=labels().replace('"fraud"', '"stolen"'))
    after = task(labels=labels(("fraud", 'was = ["stolen"]')))
    assert before.labels_digest == after.labels_digest != task().labels_digest
    merged = task(labels=labels(("fraud", 'was = ["stolen", "lost"]')))
    assert merged.labels_digest == before.labels_digest
    assert policy_text() != policy_text(labels=labels(("fraud", 'was = ["stolen"]')))
