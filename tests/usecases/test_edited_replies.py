"""An edited thread reply counts as it reads now, and changes no more than was edited."""

from bot.usecases.outcome import Ignored, NotAllowed, Recorded, Repeated
from bot.usecases.review import Answer, Outcome, ThreadReply, answer, thread_reply
from routing.label import ExpertId, Via
from tests.usecases.world import ANN, CHANNEL, STRANGER, World


def said(world: World, text: str, expert: ExpertId = ANN) -> Outcome:
    return thread_reply(world.ctx, ThreadReply(expert, CHANNEL, "1.1", text, "5.1"))


def edited(world: World, was: str, text: str, at: str = "6.1", expert: ExpertId = ANN) -> Outcome:
    return thread_reply(world.ctx, ThreadReply(expert, CHANNEL, "1.1", text, "5.1", at, was))


def shown(world: World) -> str:
    """The id of an open case that is shown in the channel."""
    case = world.open()
    world.post(case, "1.1")
    return case.case_id


def reason(world: World, case_id: str) -> str | None:
    (label,) = world.case(case_id).current_labels
    return label.rationale.text if label.rationale else None


def test_another_label_in_the_reply_corrects_the_answer(world: World) -> None:
    case_id = shown(world)
    said(world, "fraud: the address does not match")

    outcome = edited(world, "fraud: the address does not match", "legit: it is her new address")

    assert isinstance(outcome, Recorded)
    assert [one.label for one in world.case(case_id).decisions] == ["fraud", "legit"]
    assert reason(world, case_id) == "it is her new address"


def test_mended_words_take_the_place_of_the_old_ones_and_go_back_to_the_service(world: World) -> None:
    case_id = shown(world)
    said(world, "fraud: the adress does not match")

    edited(world, "fraud: the adress does not match", "fraud: the address does not match")

    assert reason(world, case_id) == "the address does not match"
    decided, amended = [item.payload for item in world.sent("callback")]
    assert (decided["event"], amended["event"]) == ("case.decided", "case.amended")
    assert amended["data"]["labels"][0]["rationale"]["text"] == "the address does not match"
    assert len(world.case(case_id).decisions) == 1


def test_other_reasons_of_the_person_stay_as_they_are(world: World) -> None:
    case_id = shown(world)
    answer(world.ctx, Answer(world.act(world.case(case_id)), "fraud", Via.BUTTON))
    said(world, "the card was reported stolen")
    thread_reply(world.ctx, ThreadReply(ANN, CHANNEL, "1.1", "and the amount is odd", "5.2"))

    edited(world, "the card was reported stolen", "the card was reported stolen on Monday")

    assert reason(world, case_id) == "the card was reported stolen on Monday\nand the amount is odd"


def test_the_same_edit_told_twice_counts_once_and_a_second_edit_counts(world: World) -> None:
    case_id = shown(world)
    said(world, "fraud: a")
    edited(world, "fraud: a", "fraud: ab", "6.1")

    again = edited(world, "fraud: a", "fraud: ab", "6.1")
    second = edited(world, "fraud: ab", "fraud: abc", "6.2")

    assert isinstance(again, Repeated)
    assert isinstance(second, Recorded)
    assert reason(world, case_id) == "abc"


def test_an_edit_of_a_reply_that_nobody_heard_is_the_reply(world: World) -> None:
    case_id = shown(world)

    edited(world, "frau: stolen", "fraud: stolen")

    assert [one.label for one in world.case(case_id).current_labels] == ["fraud"]


def test_an_edit_that_names_a_label_at_last_is_the_answer(world: World) -> None:
    case_id = shown(world)
    said(world, "I know her, she moved house")

    edited(world, "I know her, she moved house", "legit: I know her, she moved house")

    assert [one.label for one in world.case(case_id).current_labels] == ["legit"]


def test_mending_old_words_does_not_bring_back_an_answer_that_was_corrected(world: World) -> None:
    case_id = shown(world)
    said(world, "fraud: the adress does not match")
    thread_reply(world.ctx, ThreadReply(ANN, CHANNEL, "1.1", "legit: I looked again", "5.2"))

    outcome = edited(world, "fraud: the adress does not match", "fraud: the address does not match")

    assert isinstance(outcome, Ignored)
    assert [one.label for one in world.case(case_id).decisions] == ["fraud", "legit"]
    assert reason(world, case_id) == "I looked again"


def test_a_reason_that_is_taken_away_stays_on_record(world: World) -> None:
    case_id = shown(world)
    said(world, "fraud: the card was stolen")

    outcome = edited(world, "fraud: the card was stolen", "fraud")

    assert isinstance(outcome, Ignored)
    assert reason(world, case_id) == "the card was stolen"


def test_talk_that_is_edited_stays_talk(world: World) -> None:
    shown(world)
    said(world, "what is this about?", STRANGER)

    assert isinstance(edited(world, "what is this about?", "what’s this about?", expert=STRANGER), Ignored)
    refused = edited(world, "what’s this about?", "fraud: surely", "6.2", STRANGER)
    assert isinstance(refused, NotAllowed)
