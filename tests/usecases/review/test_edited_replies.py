"""An edited thread reply counts as it reads now, and changes no more than was edited."""

from datetime import timedelta

import pytest

from bot.usecases.deadlines import expire
from bot.usecases.retention import KEPT_FOR
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.outcome import (
    InDoubt,
    NotAllowed,
    Outcome,
    RationaleNeeded,
    RecordedAct,
    RepeatedAct,
    Silence,
)
from bot.usecases.review.reason_amendment import LONG_REASON
from bot.usecases.review.thread_reply import ThreadReply, thread_reply
from bot.usecases.review.undo import undo
from routing.label import ExpertId, Via
from routing.policy import load_policy
from storage.delivery import claimed_events
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import ANN, CHANNEL_ID, STRANGER
from tests.worlds.policies import DESK

WRITTEN = f"{FRIDAY.timestamp():.6f}"


def edit_ts(minutes: int) -> str:
    """Slack's name of an edit so many minutes after the reply was written."""
    return f"{(FRIDAY + timedelta(minutes=minutes)).timestamp():.6f}"


def said(world: World, text: str, expert: ExpertId = ANN, ts: str = WRITTEN) -> Outcome:
    return thread_reply(world.ctx, ThreadReply(expert, CHANNEL_ID, "1.1", text, ts))


def edited(world: World, was: str | None, text: str, after: int = 1, expert: ExpertId = ANN) -> Outcome:
    reply = ThreadReply(expert, CHANNEL_ID, "1.1", text, WRITTEN, edit_ts(after), was)
    return thread_reply(world.ctx, reply)


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

    assert isinstance(outcome, RecordedAct)
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
    answer(world.ctx, ExpertAnswer(world.act(world.case(case_id)), "fraud", Via.BUTTON))
    said(world, "the card was reported stolen")
    said(world, "because the amount is odd", ts="5.2")

    edited(world, "the card was reported stolen", "the card was reported stolen on Monday")

    assert reason(world, case_id) == "the card was reported stolen on Monday\nbecause the amount is odd"


def test_the_same_edit_told_twice_counts_once_and_a_second_edit_counts(world: World) -> None:
    case_id = shown(world)
    said(world, "fraud: a")
    edited(world, "fraud: a", "fraud: ab")

    again = edited(world, "fraud: a", "fraud: ab")
    second = edited(world, "fraud: ab", "fraud: abc", 2)

    assert isinstance(again, RepeatedAct)
    assert isinstance(second, RecordedAct)
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
    said(world, "legit: I looked again", ts="5.2")

    outcome = edited(world, "fraud: the adress does not match", "fraud: the address does not match")

    assert isinstance(outcome, Silence)
    assert [one.label for one in world.case(case_id).decisions] == ["fraud", "legit"]
    assert reason(world, case_id) == "I looked again"


def test_a_reason_for_what_was_corrected_since_is_no_reason_for_the_correction(world: World) -> None:
    case_id = shown(world)
    said(world, "fraud")
    said(world, "legit: I looked again", ts="5.2")

    outcome = edited(world, "fraud", "fraud: the card was stolen")

    assert isinstance(outcome, Silence)
    assert reason(world, case_id) == "I looked again"


def test_a_reason_that_is_taken_away_stays_on_record(world: World) -> None:
    case_id = shown(world)
    said(world, "fraud: the card was stolen")

    outcome = edited(world, "fraud: the card was stolen", "fraud")

    assert isinstance(outcome, Silence)
    assert reason(world, case_id) == "the card was stolen"


def test_talk_that_is_edited_stays_talk(world: World) -> None:
    shown(world)
    said(world, "what is this about?", STRANGER)

    assert isinstance(edited(world, "what is this about?", "what’s this about?", expert=STRANGER), Silence)
    refused = edited(world, "what’s this about?", "fraud: surely", 2, STRANGER)
    assert isinstance(refused, NotAllowed)


def forget_all(world: World) -> None:
    """What was heard long ago is forgotten."""
    with world.database.write() as tx:
        claimed_events.forget_before(tx, world.clock.moment - KEPT_FOR)


def decided(world: World, case_id: str) -> list[str | None]:
    return [one.label for one in world.case(case_id).decisions]


def test_the_reason_that_was_asked_for_may_be_edited_in(world: World) -> None:
    case_id = shown(world)
    assert isinstance(said(world, "legit"), RationaleNeeded)

    edited(world, "legit", "legit: it is her new address")

    assert decided(world, case_id) == ["legit"]


def test_a_correction_gets_its_reason_by_a_second_edit(world: World) -> None:
    case_id = shown(world)
    said(world, "fraud: stolen")
    assert isinstance(edited(world, "fraud: stolen", "legit"), RationaleNeeded)

    edited(world, "legit", "legit: it is her new address", 2)

    assert decided(world, case_id) == ["fraud", "legit"]


def test_an_edit_of_what_nobody_heard_counts_once_though_it_is_told_twice(world: World) -> None:
    case_id = shown(world)
    edited(world, "frau: stolen", "fraud: stolen")
    said(world, "legit: I looked again", ts="5.2")

    again = edited(world, "frau: stolen", "fraud: stolen")

    assert isinstance(again, RepeatedAct)
    assert decided(world, case_id) == ["fraud", "legit"]


def test_an_edit_told_twice_does_not_bring_back_what_was_undone(world: World) -> None:
    case_id = shown(world)
    edited(world, "frau: stolen", "fraud: stolen")
    undo(world.ctx, world.act(world.case(case_id)))

    edited(world, "frau: stolen", "fraud: stolen")

    assert world.case(case_id).current_labels == ()


def test_an_edit_that_comes_after_a_later_one_does_not_count(world: World) -> None:
    case_id = shown(world)
    said(world, "fraud: x")
    edited(world, "legit: y", "fraud: z", 2)

    late = edited(world, "fraud: x", "legit: y", 1)

    assert isinstance(late, RepeatedAct)
    assert decided(world, case_id) == ["fraud"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("not fraud", ()),
        ("fraud?", ()),
        ("~fraud: stolen card~", ()),
        ("wrong case, please ignore", ()),
        ("legit?", ("legit",)),
        ("I was wrong, this is her new address", ()),
        ("fraud: stolen card - sorry, legit", ("legit",)),
        ("fraud: no way", ()),
    ],
)
def test_who_takes_the_label_away_is_asked_whether_the_answer_stands(
    world: World, text: str, named: tuple[str, ...]
) -> None:
    case_id = shown(world)
    said(world, "fraud: stolen card")

    outcome = edited(world, "fraud: stolen card", text)

    assert isinstance(outcome, InDoubt)
    assert outcome.named == named
    assert decided(world, case_id) == ["fraud"]
    assert reason(world, case_id) == "stolen card"


def test_who_edits_the_label_into_talk_is_told_that_it_still_counts(world: World) -> None:
    case_id = shown(world)
    said(world, "fraud: stolen card")

    outcome = edited(world, "fraud: stolen card", "thanks everyone")

    assert isinstance(outcome, RecordedAct)
    assert outcome.note.startswith("Your answer “Fraud” still counts")
    assert decided(world, case_id) == ["fraud"]


def test_an_edit_overturns_an_answer_by_a_button_only_in_a_form_that_a_reply_may(world: World) -> None:
    case_id = shown(world)
    answer(world.ctx, ExpertAnswer(world.act(world.case(case_id)), "fraud", Via.BUTTON))
    said(world, "the card is foreign")

    loose = edited(world, "the card is foreign", "legit, the card is foreign")

    assert isinstance(loose, InDoubt)
    assert loose.named == ("legit",)
    assert decided(world, case_id) == ["fraud"]


def test_an_edit_that_gives_another_label_plainly_overturns_an_answer_by_a_button(world: World) -> None:
    case_id = shown(world)
    answer(world.ctx, ExpertAnswer(world.act(world.case(case_id)), "fraud", Via.BUTTON))
    said(world, "the card is foreign")

    edited(world, "the card is foreign", "legit: the card is foreign")

    assert decided(world, case_id) == ["fraud", "legit"]


def test_mending_a_reply_so_old_that_it_is_forgotten_decides_nothing(world: World) -> None:
    case_id = shown(world)
    said(world, "fraud: the adress")
    said(world, "legit: I looked again", ts="5.2")
    world.clock.moment += KEPT_FOR * 2
    forget_all(world)

    edited(world, "fraud: the adress", "fraud: the address", 60 * 24 * 70)

    assert decided(world, case_id) == ["fraud", "legit"]


def test_only_the_line_of_the_edited_reply_changes(world: World) -> None:
    case_id = shown(world)
    answer(world.ctx, ExpertAnswer(world.act(world.case(case_id)), "fraud", Via.BUTTON))
    said(world, "cardholder says so herself", ts="5.2")
    said(world, "because card")

    edited(world, "because card", "because the card is stolen")

    assert reason(world, case_id) == "cardholder says so herself\nbecause the card is stolen"


def test_words_that_were_no_reason_of_this_answer_do_not_become_one_by_an_edit(world: World) -> None:
    case_id = shown(world)
    said(world, "does anybody know this shop and how it wroks")
    answer(world.ctx, ExpertAnswer(world.act(world.case(case_id)), "fraud", Via.BUTTON))

    text = "does anybody know this shop and how it works"
    edited(world, "does anybody know this shop and how it wroks", text)

    assert reason(world, case_id) is None


def test_a_long_reason_is_kept_whole_and_so_is_its_edit(world: World) -> None:
    case_id = shown(world)
    long = "a" * LONG_REASON

    outcome = said(world, f"fraud: {long}bcd")

    assert isinstance(outcome, RecordedAct)
    assert (
        outcome.note == "All 3,003 characters of your reason are kept; messages here show only its beginning."
    )
    assert reason(world, case_id) == f"{long}bcd"
    edited(world, f"fraud: {long}bcd", f"fraud: {long}bce")
    assert reason(world, case_id) == f"{long}bce"


def test_words_behind_a_long_reason_are_kept_too(world: World) -> None:
    case_id = shown(world)
    long = "a" * LONG_REASON
    said(world, f"fraud: {long}")

    said(world, "because the amount is odd for this customer", ts="5.2")

    assert reason(world, case_id) == f"{long}\nbecause the amount is odd for this customer"


def test_a_reason_that_is_edited_into_a_regret_is_asked_about_and_stays(world: World) -> None:
    case_id = shown(world)
    answer(world.ctx, ExpertAnswer(world.act(world.case(case_id)), "fraud", Via.BUTTON))
    said(world, "the card was reported stolen")

    outcome = edited(world, "the card was reported stolen", "wrong button, sorry")
    talk = edited(world, "wrong button, sorry", "thanks everyone, lunch?", 2)

    assert isinstance(outcome, InDoubt)
    assert isinstance(talk, Silence)
    assert reason(world, case_id) == "the card was reported stolen"


def test_an_edit_that_was_read_later_changes_the_label_but_not_the_words(world: World) -> None:
    case_id = shown(world)
    said(world, "fraud: the adress")

    assert isinstance(edited(world, None, "fraud: the address", 1), Silence)
    edited(world, None, "legit: her address", 2)

    assert decided(world, case_id) == ["fraud", "legit"]


def test_mending_words_in_a_case_that_was_closed_tells_nobody_anything(world: World) -> None:
    closing = DESK.replace("quorum = 2", 'quorum = 2\non_expiry = "close"\nexpires_in = "1d"')
    world.policy = load_policy(closing, "policy.toml")
    world.post(world.open("team", "sales"), "1.1")
    said(world, "sales: they ask for an ofer")
    world.clock.sleep(timedelta(days=1))
    expire.expire_due(world.ctx)

    outcome = edited(world, "sales: they ask for an ofer", "sales: they ask for an offer")

    assert isinstance(outcome, Silence)


def test_a_reason_that_is_written_twice_is_kept_once(world: World) -> None:
    case_id = shown(world)
    said(world, "fraud: stolen")

    said(world, "fraud: stolen", ts="5.2")

    assert reason(world, case_id) == "stolen"
