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
    assert maya.told(case) == ""


def test_what_is_unclear_is_asked_privately_and_kept_as_the_reason(world: World) -> None:
    case = world.post_case(label="fraud")
    maya, jonas = world.person(MAYA), world.person(JONAS)

    maya.answer_in_thread(case, "I know her, she moved house last month")
    question = world.eventually(lambda: maya.private(case))[0]
    assert "Is this an answer?" in maya.told(case)
    assert jonas.told(case) == ""
    assert world.shop.read(case.case_id)["status"] == "open"
    maya.press(case, "Fine…", question)

    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert event.data["decision"]["label"] == "fine"
    assert event.data["labels"][0]["rationale"]["text"] == "I know her, she moved house last month"


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
    assert maya.told(case) == ""


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

    assert jonas.told(case) == ""
    assert maya.message(case)["blocks"] == before["blocks"]
