"""The buttons of a digest: each does its deed in private, and refuses politely."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack.blocks.control_ids import packed
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.show.digest_headlines import headline_blocks
from bot.usecases.outgoing import DIGEST
from routing.digest.headline import Headline
from routing.digest.model_quality import Quality, ThresholdState
from routing.evidence.promise import NotYet
from routing.prediction import CaseInput, Prediction, Submission
from routing.routing import Disposition, Routing
from storage.cases import predictions
from storage.cases.predictions import NewPrediction
from storage.engine.database import Database
from tests.slack.workspace import Workspace, action_ids, make_workspace
from tests.usecases.leads import KEY, MODEL, alarmed, keep, lacking, make_lead_world, threshold, worse_slice
from tests.worlds.desk import World
from tests.worlds.people import ANN, CHANNEL, STRANGER


@pytest.fixture
def leads(sqlite_url: str) -> Iterator[Workspace]:
    """A Bolt app over a world with a team of leads."""
    database = Database(sqlite_url)
    yield make_workspace(make_lead_world(database))
    database.dispose()


def shown(world: World, quality: Quality, key: str = KEY) -> Message:
    """The sentences of a kept digest with their buttons."""
    digest = keep(world, quality, key)
    return Message("Weekly digest", tuple(headline_blocks(key, digest.headlines)))


def accept(world: World, count: int) -> None:
    at = world.clock.now() - timedelta(days=1)
    routed = Routing(Disposition.AUTO_ACCEPTED, "standard", "fraud", 1, timedelta(hours=4), 0.05, False, ())
    sure = Prediction("fine", 0.97, MODEL)
    with world.database.write() as tx:
        for number in range(count):
            given = Submission("shop", f"sure-{number}", "payout", CaseInput(text="pay"), sure, at)
            new = NewPrediction(f"case_sure_{number}", given, b"d" * 32, routed, "v1", at)
            predictions.add_many(tx, [new])


def texts(view: JsonObject) -> str:
    return json.dumps(view["blocks"], ensure_ascii=False)


def test_asking_for_audits_says_which_share_until_when(leads: Workspace) -> None:
    message = shown(leads.world, lacking())
    accept(leads.world, 200)
    leads.click(message, "ask_audits:1")
    leads.click(message, "ask_audits:1")
    first, again = (told.text for told in leads.gateway.responses)
    assert "30.0% of what goes through by itself in payout, tier standard" in first
    assert "(the policy says 5.0%): about 50 more cases a week" in first
    assert "2026-11-27 10:00 UTC" in first
    assert again == f"This was asked for already. {first}"


def accept_in(world: World, count: int, country: str) -> None:
    at = world.clock.now() - timedelta(days=1)
    routed = Routing(Disposition.AUTO_ACCEPTED, "standard", "fraud", 1, timedelta(hours=4), 0.05, False, ())
    sure, named = Prediction("fine", 0.97, MODEL), {"country": country}
    items = [
        Submission("shop", f"{country}-{n}", "payout", CaseInput(text="pay"), sure, at, slices=named)
        for n in range(count)
    ]
    new = [NewPrediction(f"case_{item.external_id}", item, b"d" * 32, routed, "v1", at) for item in items]
    with world.database.write() as tx:
        predictions.add_many(tx, new)


def test_a_slice_is_checked_more_by_one_click_and_taken_back_by_another(leads: Workspace) -> None:
    message = shown(leads.world, worse_slice())
    accept_in(leads.world, 200, "DE")
    assert "check_slice:1" in action_ids(message)
    leads.click(message, "check_slice:1")
    leads.click(message, "check_slice:1")
    first, again = leads.gateway.responses
    assert "checked at random where country is DE: 30.0% of it or less, about 50 more cases" in first.text
    assert "2026-11-27 10:00 UTC" in first.text
    assert again.text == f"This was asked for already. {first.text}"
    leads.click(again, "release_slice:1")
    leads.click(again, "release_slice:1")
    taken, nothing = (answer.text for answer in leads.gateway.responses[2:])
    assert taken == "Taken back. Where country is DE, as much is checked as the policy says."
    assert nothing.startswith("Nothing was changed")


def test_a_slice_of_which_nothing_went_through_has_nothing_to_check(leads: Workspace) -> None:
    message = shown(leads.world, worse_slice())
    accept_in(leads.world, 20, "PT")
    leads.click(message, "check_slice:1")
    (answer,) = leads.gateway.responses
    assert "nothing to draw checks from" in answer.text


def test_a_stranger_neither_has_a_slice_checked_nor_takes_it_back(leads: Workspace) -> None:
    message = shown(leads.world, worse_slice())
    accept_in(leads.world, 200, "DE")
    leads.click(message, "check_slice:1")
    leads.click(leads.gateway.responses[0], "release_slice:1", expert=STRANGER)
    leads.click(message, "check_slice:1", expert=STRANGER)
    assert all("Only members" in refusal.text for refusal in leads.gateway.responses[1:])
    leads.click(message, "check_slice:1")
    assert leads.gateway.responses[-1].text.startswith("This was asked for already.")


def test_muting_says_until_when(leads: Workspace) -> None:
    leads.click(shown(leads.world, worse_slice()), "mute:1")
    (told,) = leads.gateway.responses
    assert "Muted until" in told.text
    assert "2026-12-18 10:00 UTC" in told.text


@pytest.mark.parametrize("action", ["ask_audits:1", "mute:1"])
def test_a_stranger_is_refused_in_private(leads: Workspace, action: str) -> None:
    message = shown(leads.world, lacking())
    acked = leads.click(message, action, expert=STRANGER)
    assert acked.status == 200
    (told,) = leads.gateway.responses
    assert "Only members of the team's channel may do this" in told.text


@pytest.mark.parametrize(
    ("quality", "action"),
    [(Quality(thresholds=(threshold(),)), "review_threshold:1"), (worse_slice(), "open_slice:1")],
)
def test_a_stranger_sees_no_window(leads: Workspace, quality: Quality, action: str) -> None:
    leads.click(shown(leads.world, quality), action, expert=STRANGER)
    assert leads.gateway.views == []
    assert "Only members" in leads.gateway.responses[0].text


def test_the_threshold_window_shows_what_is_what_could_be_and_the_line_to_set(leads: Workspace) -> None:
    leads.click(shown(leads.world, Quality(thresholds=(threshold(),))), "review_threshold:1")
    (view,) = leads.gateway.views
    said = texts(view)
    assert "goes through from 0.95 on" in said
    assert "Limit: at most 1 in 50 wrong" in said
    assert "160 answers among 700 predictions above it, 1 of them wrong" in said
    assert "at most 1.83%" in said
    assert "17.0% more of what comes in" in said
    assert "accept_above = 0.8725" in said
    assert "accept_above = { error = 0.02, confidence = 0.95 }" in said
    assert 'under [[tasks.payout.tiers]] with name = \\"standard\\"' in said
    assert "this window changes nothing" in said


def test_a_promised_threshold_has_no_line_to_set(leads: Workspace) -> None:
    row = threshold("kept", state=ThresholdState.REVOKED, in_force=None, why="Audits turned.", gain=-0.1)
    leads.click(shown(leads.world, Quality(thresholds=(row,))), "review_threshold:1")
    said = texts(leads.gateway.views[0])
    assert "The policy sets this limit already" in said
    assert "everything is looked at (taken back)" in said
    assert "Why: Audits turned." in said
    assert "10.0% less" in said
    assert "accept_above" not in said


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        (NotYet(180, "It errs too often."), "keeps the limit yet, about 180 more are needed. "),
        (NotYet(9, "Few.", opinions=9), "yet, about 9 more second opinions are needed. Few."),
        (NotYet(0, "It errs too often."), "show nothing that keeps the limit yet. It errs"),
    ],
)
def test_what_cannot_be_certified_yet_says_what_is_missing(
    leads: Workspace, lacking: NotYet, words: str
) -> None:
    row = threshold(
        state=ThresholdState.REVOKED,
        promise=None,
        in_force=None,
        found=lacking,
        gain=None,
    )
    leads.click(shown(leads.world, Quality(thresholds=(row,))), "review_threshold:1")
    said = texts(leads.gateway.views[0])
    assert words in said
    assert "Limit: none" in said
    assert "this window changes nothing" in said


def test_the_cases_window_opens_at_once_and_gets_its_links_after(leads: Workspace) -> None:
    case = leads.world.open(input=CaseInput(text="<!channel> card", fields={"amount": 12}))
    leads.world.post(case, "7.1")
    leads.click(shown(leads.world, alarmed(case.case_id)), "open_cases:1")
    (view,) = leads.gateway.views
    (updated,) = leads.gateway.updated_views
    assert "not decided by experts" in texts(view)
    assert "url" not in texts(view)
    assert f"https://example.slack.com/archives/{CHANNEL}/p71" in texts(updated)
    assert "amount: 12" in texts(updated)


def test_cases_without_a_message_are_listed_without_a_link(leads: Workspace) -> None:
    case = leads.world.open()
    leads.click(shown(leads.world, alarmed(case.case_id)), "open_cases:1")
    assert len(leads.gateway.views) == 1
    assert leads.gateway.updated_views == []


def test_no_case_of_a_slice_is_said_to_be_none(leads: Workspace) -> None:
    leads.click(shown(leads.world, worse_slice()), "open_slice:1")
    assert "None of them is known here" in texts(leads.gateway.views[0])


@pytest.mark.parametrize("value", ["", "{}", "[]", '{"digest":1,"number":"x"}', packed(digest=KEY, number=7)])
def test_a_button_that_names_nothing_is_refused(leads: Workspace, value: str) -> None:
    message = shown(leads.world, worse_slice())
    blocks = json.loads(json.dumps(message.blocks))
    blocks[1]["elements"][-1]["value"] = value
    acked = leads.click(replace(message, blocks=tuple(blocks)), "mute:1")
    assert acked.status == 200
    assert "not kept here any more" in leads.gateway.responses[0].text


def test_a_sentence_without_a_deed_can_still_be_muted() -> None:
    message = Message("x", tuple(headline_blocks(KEY, [Headline("error:all", "All is well.")])))
    assert action_ids(message) == ["mute:1"]


def test_a_window_that_slack_refuses_is_told(leads: Workspace) -> None:
    leads.gateway.refuses = "expired_trigger_id"
    leads.click(shown(leads.world, worse_slice()), "open_slice:1")
    assert "could not be opened" in leads.gateway.responses[0].text


def test_the_command_sends_a_digest_to_the_one_who_asks(leads: Workspace) -> None:
    leads.command("digest")
    leads.command("digest leads")
    leads.command("digest nonsense")
    leads.command("digest", STRANGER)
    on_its_way, again, which, refused = (told.text for told in leads.gateway.responses)
    assert on_its_way == again == "The last seven days of leads are on their way to your direct messages."
    assert which == "Name the team: leads."
    assert "not known as a member" in refused
    (item,) = leads.world.sent(DIGEST)
    assert item.payload["person"] == ANN.user_id
    assert leads.woken.is_set()
