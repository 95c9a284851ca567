"""What holds for a case after its policy changed: answers of its opening, people of now."""

from dataclasses import replace

from routing.case.terms import Terms, task_of_opening, tier_of_opening
from routing.policy import Task
from routing.questions.question_list import MOST_LABELS
from routing.slack_channel import ChannelId
from tests.routing.making import case, label, policy, prediction, submission, task, tier, tier_text

LABEL = '[[tasks.returns.labels]]\nname = "{}"\ndescription = "d"\nexample = "e"\n'


def labeled(*names: str, **changes: str) -> Task:
    """The task with these labels."""
    return task(labels="".join(LABEL.format(name) for name in names), **changes)


def predicted(name: str, **probabilities: float) -> object:
    return submission(prediction=prediction(name, 0.6, **probabilities))


def test_question_labels_and_reason_codes_are_those_of_the_opening() -> None:
    opening = labeled(
        "dog", "cat", task='[tasks.returns]\nquestion = "Which animal?"\nreason_codes = ["ears"]\n'
    )
    present = labeled(
        "hound",
        "cat",
        task='[tasks.returns]\nquestion = "Which pet?"\nrationale = "always"\nguideline = "https://example.com/g"\n',
    )
    found = task_of_opening(case(), present, opening)
    assert (found.question, found.label_names, found.reason_codes) == (
        "Which animal?",
        ("dog", "cat"),
        ("ears",),
    )
    assert found.labels_digest == opening.labels_digest
    assert (found.rationale, found.guideline, found.tiers) == (
        present.rationale,
        present.guideline,
        present.tiers,
    )


def test_nothing_is_made_anew_while_the_policy_is_the_same() -> None:
    present = task()
    assert task_of_opening(case(), present, present) is present
    assert task_of_opening(case(submission=predicted("fraud")), present, None) is present


def test_of_an_opening_that_is_not_kept_what_the_case_carries_is_an_answer() -> None:
    carrying = case(
        submission=predicted("dog", dog=0.6, cat=0.3, cow=0.1),
        labels=(label("sheep"), label("cat", by="U0BEN")),
    )
    found = task_of_opening(carrying, labeled("hound", "cat"), None)
    assert found.label_names == ("hound", "cat", "dog", "cow", "sheep")
    assert found.title("dog") == "dog"


def test_what_the_case_carries_finds_room_among_as_many_labels_as_slack_takes() -> None:
    names = [f"label {number}" for number in range(MOST_LABELS)]
    carrying = case(submission=predicted("dog", dog=0.6), labels=(label(names[-1]),))
    found = task_of_opening(carrying, labeled(*names), None)
    assert len(found.labels) == MOST_LABELS
    assert {"dog", names[-1], names[0]} <= set(found.label_names)
    assert names[-2] not in found.label_names


def expiring(safe_label: str) -> dict[str, str]:
    return {"on_expiry": '"safe_label"', "safe_label": f'"{safe_label}"', "expires_in": '"1d"'}


def test_a_time_out_decides_for_the_safe_label_of_the_opening() -> None:
    opening = labeled("dog", "cat", tiers=tier_text(**expiring("dog")))
    present = labeled("hound", "cat", tiers=tier_text(**expiring("hound"))).tiers[0]
    own = task_of_opening(case(), labeled("hound", "cat"), opening)
    assert tier_of_opening(case(), own, present, opening).safe_label == "dog"


def test_the_rule_that_took_a_case_is_that_of_its_opening() -> None:
    first = tier_text(when="'slices.a == \"x\"'", because='"a is x"')
    opening = labeled("dog", "cat", tiers=first + tier_text("last"))
    present = labeled("dog", "cat", tiers=tier_text(when='"true"')).tiers[0]
    own = tier_of_opening(case(), opening, present, opening)
    assert (own.when, own.because) == ('slices.a == "x"', "a is x")


def test_a_time_out_never_decides_for_what_is_no_answer_of_the_case() -> None:
    opening = labeled("dog", "cat")
    present = labeled("hound", "cat", tiers=tier_text(**expiring("hound"))).tiers[0]
    assert tier_of_opening(case(), opening, present, opening).safe_label is None
    also = labeled("hound", "cat", tiers=tier_text(**expiring("cat"))).tiers[0]
    assert tier_of_opening(case(), opening, also, opening) is also
    assert tier_of_opening(case(), opening, also, None) is also


def test_a_channel_that_has_left_the_policy_is_where_it_was_last() -> None:
    terms = Terms(policy(), task(), tier(), {"attic": ChannelId("", "C0ATTIC")})
    assert str(terms.channel_id("desk")) == str(terms.home_id("desk")) == "C0000000001"
    assert str(terms.channel_id("attic")) == str(terms.home_id("attic")) == "C0ATTIC"
    assert terms.channel_id("cellar") is None
    assert str(terms.home_id("cellar")) == "C0000000001"
    lost = replace(terms, tier=tier(channel='"leads"').model_copy(update={"channel": "cellar"}))
    assert str(lost.home_id("cellar")) == "C0000000001"


def test_all_channels_of_a_case_are_its_own_its_tiers_and_those_it_may_be_escalated_to() -> None:
    escalating = tier(
        escalation='[{ after = "1h", to = "thread" }, { after = "2h", to = "channel", channel = "leads" }]'
    )
    terms = Terms(policy(), task(), escalating)
    assert terms.channel_names("attic") == {"attic", "desk", "leads"}
