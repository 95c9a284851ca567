"""Two experts have to answer, neither sees the other's answer first, and a senior settles a disagreement."""

from storage.cases import labels
from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import AIKO, JONAS, MAYA, NADIA
from tests.scenarios.words import words
from tests.scenarios.world import World


def test_two_who_agree_decide_and_nothing_is_seen_before(world: World) -> None:
    case = world.post_case(task="appeal", label="deny")
    maya, jonas = world.person(MAYA), world.person(JONAS)

    maya.press(case, "Grant")
    world.eventually(lambda: "1 of 2 answers in" in jonas.reads(case))
    assert "Your answer Grant is recorded." in world.eventually(lambda: maya.private_words(case))
    assert "U0MAYA" not in str(jonas.message(case))
    assert (jonas.thread(case), jonas.private_words(case)) == ([], "")
    sealed = world.shop.read(case.case_id)
    assert (sealed["status"], sealed["labels"], world.inbox.tries) == ("open", [], 0)
    jonas.press(case, "Grant")

    world.eventually(lambda: "✓ Grant — by @U0JONAS and @U0MAYA (they agree)" in maya.reads(case))
    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert (event.data["decision"]["method"], len(event.data["labels"])) == ("consensus", 2)


@everywhere
def test_a_senior_settles_a_disagreement(world: World) -> None:
    case = world.post_case(task="appeal", label="deny")
    maya, jonas, nadia = world.person(MAYA), world.person(JONAS), world.person(NADIA)
    maya.press(case, "Grant")
    world.eventually(lambda: "1 of 2 answers in" in jonas.reads(case))

    jonas.press(case, "Confirm: Deny")
    world.eventually(lambda: "The experts disagree*, the last word has <@U0NADIA>" in jonas.reads(case))
    (call,) = world.eventually(nadia.direct_messages)
    for expected in (
        "your answer is the last word",
        "@U0MAYA says Grant",
        "@U0JONAS says Deny",
        "The model says Deny",
    ):
        assert expected in words(call)
    assert f"/permalink/C0PAYMENTS/{nadia.message(case)['ts']}" in str(call)
    assert nadia.thread(case) == []
    assert world.shop.read(case.case_id)["status"] == "disputed"
    aiko = world.person(AIKO)
    aiko.press(case, "Grant")
    world.eventually(lambda: "only a senior expert may answer now" in aiko.private_words(case))
    nadia.press(case, "Grant")

    world.eventually(lambda: "✓ Grant — by @U0NADIA (after a disagreement)" in nadia.reads(case))
    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert (event.data["decision"]["method"], event.data["decision"]["label"]) == ("adjudicated", "grant")


@everywhere
def test_whoever_gives_an_answer_away_in_the_thread_is_told_privately_how_to_answer_next_time(
    world: World,
) -> None:
    case = world.post_case(task="appeal", label="deny")
    maya, jonas = world.person(MAYA), world.person(JONAS)

    maya.answer_in_thread(case, "grant: the deadline had been extended")

    told = world.eventually(lambda: maya.private_words(case))
    assert "Your answer Grant is recorded. 1 of 2 answers in. Everybody can read it in the thread" in told
    assert "next time please answer with a button" in told
    assert "reply in the thread" not in jonas.message(case)["text"]
    jonas.press(case, "Grant")
    world.eventually(lambda: "they agree" in jonas.reads(case))
    with world.app.ctx.database.read() as tx:
        answers = labels.of_cases(tx, [case.case_id])[case.case_id]
    assert [(label.expert.user_id, label.is_sealed) for label in answers] == [(MAYA, True), (JONAS, False)]
