"""What a reply in a case's thread means; a wrong label is never recorded."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from routing.language.reply_text import mentioned
from routing.policy import LabelSpec, Task
from routing.thread_reply.interpretation import Doubt, LabelReply, OwnAnswer, Talk, UnclearReply, interpret
from tests.routing.making import task
from tests.routing.questions.test_rating import rated
from tests.routing.thread_reply.replies import EXAMPLES, FRAUD, IDS, NAMES, Example

REASON_WITHIN_MINUTES = 10
PLAIN = task()


def of(*labels: str, titles: tuple[str, ...] = ()) -> Task:
    """A task with these labels, as the policy's own check would not always let them stand."""
    names = (*titles, *(None for _ in labels[len(titles) :]))
    specs = [
        LabelSpec(name=name, title=title, description="d", example="e")
        for name, title in zip(labels, names, strict=True)
    ]
    return PLAIN.model_copy(update={"labels": tuple(specs)})


def test_the_people_that_a_reply_mentions_are_known_by_their_ids() -> None:
    assert mentioned("<@U0MAYA> and <@U0JONAS|jonas> in <#C1|desk>, see <https://x.example>") == {
        "U0MAYA",
        "U0JONAS",
    }


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_a_reply_means_what_its_writer_meant(example: Example) -> None:
    own = OwnAnswer(example.own, example.minutes <= REASON_WITHIN_MINUTES) if example.own else None

    assert interpret(example.text, of(*example.labels), own, NAMES) == example.meaning


def test_there_are_enough_examples_of_replies() -> None:
    assert len({(one.labels, one.text, one.own) for one in EXAMPLES}) >= 200


def test_the_exact_name_always_gives_the_label_though_another_is_typed_alike() -> None:
    alike = of("card_lost", "card lost")

    assert interpret("card lost", alike) == LabelReply("card lost", None)
    assert interpret("Card Lost", alike) == UnclearReply()


def test_a_title_of_symbols_only_is_read_where_it_is_typed_exactly() -> None:
    symbols = of("fraud", "honest", titles=("🚨",))

    assert interpret("🚨", symbols) == LabelReply("fraud", None)
    assert interpret("🎉", symbols) == Talk()
    assert interpret("fraud", symbols) == LabelReply("fraud", None)


def test_a_title_is_typed_with_its_emoji_or_without() -> None:
    symbols = of("fraud", "honest", titles=("Stolen 🚨",))

    assert interpret("stolen", symbols) == LabelReply("fraud", None)
    assert interpret("stolen :rotating_light:: a new card", symbols) == LabelReply("fraud", "a new card")


NAMES_OF_LABELS = st.lists(
    st.text(alphabet="ab1+-#<>&*_!? .", min_size=1, max_size=5).filter(lambda name: name == name.strip()),
    min_size=2,
    max_size=5,
    unique=True,
)


def escaped(text: str) -> str:
    """As Slack sends it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@given(NAMES_OF_LABELS, st.data())
def test_the_exact_name_gives_its_label_or_is_asked_and_never_gives_another(
    names: list[str], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(names))
    behind = data.draw(st.sampled_from(["", ".", "!", ";", ": why", " - why", ", why so", " 🚨", "\nwhy"]))
    before = data.draw(st.sampled_from(["", " ", "<@U0BOT> ", "\u200f", ":wave: "]))

    meaning = interpret(f"{before}{escaped(name)}{behind}", of(*names))

    others = [other for other in names if name + behind.rstrip() == other or other.startswith(name)]
    if isinstance(meaning, LabelReply):
        assert meaning.label in {name, *others}


@given(NAMES_OF_LABELS, st.data())
def test_the_bare_name_of_a_label_always_works(names: list[str], data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from([one for one in names if any(letter.isalnum() for letter in one)] or ["x"])
    )
    assume(name in names)
    assume(not name.startswith((">", "_", "*")) and "_" not in name and "*" not in name)

    assert interpret(escaped(name), of(*names)) == LabelReply(name, None)


@given(
    st.sampled_from(
        ["not {}", "no {}", "{}?", "maybe {}", "{} or {other}", "is it {}?", "isn't {}", "{}, or {other}"]
    ),
    st.permutations(FRAUD),
    st.sampled_from(["{}", "*{}*", "_{}_", "“{}”", "{} :wave:", "\u200f{}", " {} "]),
)
def test_what_is_asked_is_never_recorded_whatever_decorates_it(
    form: str, labels: list[str], decoration: str
) -> None:
    said = decoration.format(form.format(labels[0], other=labels[1]))

    assert not isinstance(interpret(said, of(*FRAUD)), LabelReply)


@given(st.text(max_size=80), st.sampled_from([None, "fraud"]))
def test_any_reply_is_read_without_failing(text: str, own: str | None) -> None:
    meaning = interpret(text, of(*FRAUD), OwnAnswer(own, awaits_reason=True) if own else None)

    if isinstance(meaning, LabelReply):
        assert meaning.label in FRAUD


STEPS = rated().task("returns")
NO_STEPS = (
    *(
        "6",
        "0",
        "-1",
        "3.5",
        "3,5",
        "4.0",
        "4 out of 5",
        "4/5",
        "7/10",
        "4 stars",
        "100 %",
        "between 3 and 4",
    ),
    *(
        "3-4",
        "3 or 4",
        "6!",
        "~6",
        "about 6",
        "+6",
        "6: great",
        "6 because it is great",
        "４ von ５",
        "4 of 5, nice",
    ),
)


@pytest.mark.parametrize("text", NO_STEPS)
def test_a_number_that_is_no_step_of_the_scale_is_asked_about(text: str) -> None:
    assert interpret(text, STEPS) == UnclearReply()


@pytest.mark.parametrize("text", ["6", "3.5", "-1", "3 out of 5", "6: great"])
def test_another_number_than_ones_own_step_is_asked_about(text: str) -> None:
    assert isinstance(interpret(text, STEPS, OwnAnswer("4", awaits_reason=True)), Doubt)


@pytest.mark.parametrize("text", ["4", "4.", "４", "4!", "+4: good"])
def test_a_step_is_an_answer_and_a_sign_is_asked_about(text: str) -> None:
    meaning = interpret(text, STEPS)
    assert meaning == (UnclearReply() if text.startswith("+") else LabelReply("4", None))


@pytest.mark.parametrize(
    "text", ["10:30", "see page 12 for the quote", "lunch at 12?", "<@U0JONAS> 6", "it has 12 pages", "six"]
)
def test_a_number_among_other_words_is_talk(text: str) -> None:
    assert interpret(text, STEPS, None, NAMES) == Talk()


@pytest.mark.parametrize("text", ["6", "3.5", "4 out of 5"])
def test_where_no_scale_is_asked_a_number_is_talk(text: str) -> None:
    assert interpret(text, of("fraud", "honest")) == Talk()
