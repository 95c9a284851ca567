"""Experts answer in the thread, as they talk: a label with its reason, a reason, or something unclear."""

from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import JONAS, MAYA
from tests.scenarios.world import World


@everywhere
def test_a_label_with_its_reason_decides(world: World) -> None:
    case = world.post_case(label="fine")
    maya = world.person(MAYA)

    maya.answer_in_thread(case, "fraud: the address does not match")

    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert event.data["decision"]["label"] == "fraud"
    assert event.data["labels"][0]["rationale"]["text"] == "the address does not match"
    world.eventually(lambda: "✓ Fraud — by @U0MAYA" in maya.reads(case))
    assert "the address does not match" in maya.reads(case)
    assert maya.private_words(case) == ""


def test_what_is_unclear_is_asked_privately_and_kept_as_the_reason(world: World) -> None:
    case = world.post_case(label="fraud")
    maya, jonas = world.person(MAYA), world.person(JONAS)

    maya.answer_in_thread(case, "I know her, this is no fraud")
    question = world.eventually(lambda: maya.private(case))[0]
    assert "Is this an answer?" in maya.private_words(case)
    assert jonas.private_words(case) == ""
    assert world.shop.read(case.case_id)["status"] == "open"
    maya.press(case, "Fine…", question)

    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert event.data["decision"]["label"] == "fine"
    assert event.data["labels"][0]["rationale"]["text"] == "I know her, this is no fraud"


def test_free_text_of_one_who_has_labeled_is_their_reason(world: World) -> None:
    case = world.post_case(label="fraud")
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud" in maya.reads(case))

    maya.answer_in_thread(case, "The same card was used in two countries")

    world.eventually(lambda: "The same card was used in two countries" in maya.reads(case))
    answer = world.shop.read(case.case_id)
    assert answer["labels"][-1]["rationale"] == "The same card was used in two countries"
    assert answer["decision"]["sequence"] == 1
    world.eventually(lambda: world.inbox.types(case.case_id) == ["case.decided", "case.amended"])
    (label,) = world.inbox.events(case.case_id)[1].data["labels"]
    assert label["rationale"]["text"] == "The same card was used in two countries"
    assert maya.private_words(case) == ""


def test_an_edited_reply_counts_as_it_reads_now(world: World) -> None:
    case = world.post_case(label="fine")
    maya = world.person(MAYA)
    maya.answer_in_thread(case, "fraud: the adress does not match")
    world.eventually(lambda: "✓ Fraud" in maya.reads(case))

    maya.edit_reply(case, "fraud: the adress does not match", "fraud: the address does not match")
    world.eventually(lambda: "the address does not match" in maya.reads(case))
    maya.edit_reply(case, "fraud: the address does not match", "fine: it is her new address")
    world.eventually(lambda: "✓ Fine" in maya.reads(case))

    answer = world.shop.read(case.case_id)
    assert [label["label"] for label in answer["labels"]][-1] == "fine"
    assert answer["labels"][-1]["rationale"] == "it is her new address"
    types = ["case.decided", "case.amended", "case.corrected"]
    world.eventually(lambda: world.inbox.types(case.case_id) == types)


def test_talk_of_others_is_left_alone(world: World) -> None:
    case = world.post_case(label="fraud")
    maya, jonas = world.person(MAYA), world.person(JONAS)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud" in maya.reads(case))
    before = maya.message(case)

    jonas.answer_in_thread(case, "Thank you, I was about to look at this one")
    world.settle()

    assert jonas.private_words(case) == ""
    assert maya.message(case)["blocks"] == before["blocks"]


@everywhere
def test_a_change_of_mind_is_asked_about_at_once_and_changes_the_answer(world: World) -> None:
    case = world.post_case(label="fraud")
    maya = world.person(MAYA)
    maya.answer_in_thread(case, "fraud: stolen")
    world.eventually(lambda: "✓ Fraud" in maya.reads(case))

    maya.answer_in_thread(case, "Oh wait, it is fine after all")

    (question,) = world.eventually(lambda: maya.private(case))
    assert "Your answer is Fraud. Does it still stand?" in maya.private_words(case)
    assert "stolen" in maya.reads(case)
    assert world.inbox.types(case.case_id) == ["case.decided"]
    maya.press(case, "Change to Fine", question)
    world.eventually(lambda: "✓ Fine" in maya.reads(case))
    world.eventually(lambda: world.inbox.types(case.case_id) == ["case.decided", "case.corrected"])


def test_wrong_button_takes_the_answer_back(world: World) -> None:
    case = world.post_case(label="fraud")
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud" in maya.reads(case))

    maya.answer_in_thread(case, "wrong button, sorry")
    (question,) = world.eventually(lambda: maya.private(case))
    maya.press(case, "Undo my answer", question)

    world.eventually(lambda: "Confirm: Fraud" in maya.buttons(case))
    world.eventually(lambda: world.inbox.types(case.case_id) == ["case.decided", "case.reopened"])


@everywhere
def test_talk_of_one_who_has_answered_is_left_alone(world: World) -> None:
    case = world.post_case(label="fraud")
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud" in maya.reads(case))

    for text in ("thanks everyone, lunch?", "ok", "<@U0JONAS> can you take the next one"):
        maya.answer_in_thread(case, text)
    world.settle()

    assert maya.private_words(case) == ""
    assert world.inbox.types(case.case_id) == ["case.decided"]


def test_a_reason_keeps_every_word_and_what_it_points_to(world: World) -> None:
    case = world.post_case(label="fraud")
    maya = world.person(MAYA)
    long = "The same card was used twice. " * 200

    maya.answer_in_thread(
        case, f"fraud: <@U0JONAS> saw <https://x.example|the photo>, 2*3*4\n&gt; hers\n{long}"
    )

    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    reason = event.data["labels"][0]["rationale"]["text"]
    assert reason.startswith("@jonas")
    assert " saw the photo <https://x.example>, 2*3*4\n> hers\nThe same card" in reason
    assert reason.endswith(long.strip())
    world.eventually(lambda: "characters of your reason are kept" in maya.private_words(case))
    assert world.shop.read(case.case_id)["labels"][-1]["rationale"] == reason


def test_ordinary_lines_are_one_question_at_most_for_each_person(world: World) -> None:
    case = world.post_case(label="fraud")
    maya, jonas = world.person(MAYA), world.person(JONAS)

    for text in ("I know her", "is this fraud?", "maybe fraud", "Jonas, is it fraud?", "or fine?"):
        maya.answer_in_thread(case, text)
    for text in ("hm", "looks like fraud", "it may be fine"):
        jonas.answer_in_thread(case, text)
    world.settle()

    assert [len(maya.private(case)), len(jonas.private(case))] == [1, 1]


@everywhere
def test_who_deletes_their_answer_is_asked_whether_to_take_it_back(world: World) -> None:
    case = world.post_case(label="fraud")
    maya = world.person(MAYA)
    maya.answer_in_thread(case, "fraud: stolen")
    world.eventually(lambda: "✓ Fraud" in maya.reads(case))

    maya.delete_reply(case, "fraud: stolen")
    (question,) = world.eventually(lambda: maya.private(case))
    assert "You deleted the reply that gave your answer Fraud." in maya.private_words(case)
    maya.press(case, "Take it back", question)

    world.eventually(lambda: "Confirm: Fraud" in maya.buttons(case))


@everywhere
def test_a_typed_answer_is_marked_where_it_was_typed(world: World) -> None:
    case = world.post_case(label="fraud")
    maya = world.person(MAYA)

    maya.answer_in_thread(case, "fraud: stolen")

    world.eventually(lambda: maya.marks(case, "fraud: stolen") == ["white_check_mark"])
    assert maya.private_words(case) == ""
