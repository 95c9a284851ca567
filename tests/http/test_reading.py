"""GET: a service reads its own cases and decisions, and nobody else's."""

from datetime import timedelta

import pytest

from bot.http.app import build_api
from bot.ids import new_id
from bot.usecases.context import Context
from bot.usecases.expert_names import callback_names
from bot.usecases.review.callback_document import callback_data
from routing.case.case import decide, record_label, reopen
from routing.case.decision import Decision, Method
from routing.label import Abstention, ExpertConfidence, ExpertId, Label, Obstacle, Rationale, Via
from storage.cases import cases, decisions, labels
from storage.engine.database import Database
from tests.answers import chosen
from tests.http import shop
from tests.http.shop import SECRETS, Caller, JsonObject, case
from tests.patience import PATIENCE
from tests.worlds.clocks import FRIDAY
from tests.worlds.serving import serving

ANNA, BEN = ExpertId("T0TEAM", "U0ANNA"), ExpertId("T0TEAM", "U0BEN")


def answer(ctx: Context, case_id: str, label: str, sequence: int = 1) -> None:
    """Anna answers, and the case is decided."""
    moment = FRIDAY + timedelta(minutes=sequence)
    with ctx.database.write() as tx:
        before = cases.lock(tx, case_id)
        given = Label(
            label_id=new_id("label"),
            case_id=case_id,
            expert=ANNA,
            round=sequence,
            answer=chosen(label),
            labeled_at=moment,
            via=Via.MODAL,
            screen_version=1,
            rationale=Rationale("The customer called.", None),
            expert_confidence=ExpertConfidence.HIGH,
        )
        decision = Decision(
            new_id("decision"),
            case_id,
            sequence,
            chosen(label),
            Method.SINGLE,
            moment,
            before.policy_version,
            1,
            (ANNA,),
        )
        labels.add(tx, given)
        decisions.add(tx, decision)
        cases.save(tx, decide(record_label(before, given), decision))


def take_back(ctx: Context, case_id: str) -> None:
    """The decision no longer holds."""
    with ctx.database.write() as tx:
        before = cases.lock(tx, case_id)
        decisions.reopen(tx, before.decisions[-1])
        cases.save(tx, reopen(before))


def test_an_open_case_has_neither_decision_nor_labels(caller: Caller) -> None:
    posted = caller.post(case()).json()
    shown = caller.get(f"/v1/cases/{posted['case_id']}").json()
    assert {name: shown[name] for name in posted} == posted
    assert (shown["status"], shown["decision"], shown["labels"]) == ("open", None, [])
    assert (shown["service"], shown["predicted_label"], shown["confidence"]) == ("shop", "fraud", 0.6)


def test_a_decided_case_shows_its_decision_and_why_but_not_who(caller: Caller, ctx: Context) -> None:
    case_id = caller.post(case()).json()["case_id"]
    answer(ctx, case_id, "legitimate")
    response = caller.get(f"/v1/cases/{case_id}")
    shown = response.json()
    assert (shown["status"], shown["decision"]["label"], shown["decision"]["method"]) == (
        "decided",
        "legitimate",
        "single",
    )
    assert shown["labels"][0]["rationale"] == "The customer called."
    assert shown["labels"][0]["expert_confidence"] == "high"
    assert "U0ANNA" not in response.text


@pytest.mark.parametrize(
    ("exposure", "name"), [("none", None), ("slack_id", "U0ANNA"), ("pseudonym", "expert_")]
)
def test_view_feed_and_callback_show_one_decision(
    database: Database, exposure: str, name: str | None
) -> None:
    ctx = shop.exposing(database, exposure)
    with serving(build_api(ctx, shop.services(ctx.policy))) as url:
        caller = Caller(url)
        case_id = caller.post(case()).json()["case_id"]
        answer(ctx, case_id, "legitimate")
        view = caller.get(f"/v1/cases/{case_id}").json()
        (line,) = caller.get("/v1/decisions").json()["decisions"]
    assert callback(ctx, case_id) == view["decision"]
    assert view["decision"].items() <= line.items()
    assert view["labels"] == line["labels"]
    shown = line["labels"][0]["expert"]
    assert (line["decided_by"], shown and shown[: len(name or "")]) == (name and [shown], name)


def call_bad(ctx: Context, case_id: str, note: str | None, minutes: int = 0) -> None:
    """Anna calls the input bad."""
    moment = FRIDAY + timedelta(minutes=minutes)
    with ctx.database.write() as tx:
        labels.add_abstention(tx, Abstention(case_id, ANNA, moment, note, Obstacle.BAD_INPUT))


def test_bad_inputs_are_read_by_their_service_latest_first_and_page_by_page(
    caller: Caller, ctx: Context
) -> None:
    case_ids = [caller.post(case(name)).json()["case_id"] for name in ("a", "b")]
    for minutes, (case_id, note) in enumerate(zip(case_ids, ("The scan is black.", None), strict=True)):
        call_bad(ctx, case_id, note, minutes)
    with ctx.database.write() as tx:
        labels.add_abstention(tx, Abstention(case_ids[0], BEN, FRIDAY, "No receipt."))

    latest = caller.get("/v1/bad-inputs?limit=1").json()
    earlier = caller.get(f"/v1/bad-inputs?limit=1&before={latest['next']}").json()

    assert [(bad["external_id"], bad["note"]) for bad in latest["bad_inputs"]] == [("b", None)]
    assert earlier == {
        "bad_inputs": [
            {
                "case_id": case_ids[0],
                "external_id": "a",
                "task": "fraud",
                "stated_at": "2026-11-20T10:00:00Z",
                "note": "The scan is black.",
            }
        ],
        "next": None,
    }


def test_nobody_elses_bad_inputs_are_read(caller: Caller, bank: Caller, ctx: Context) -> None:
    call_bad(ctx, caller.post(case()).json()["case_id"], "The scan is black.")
    assert bank.get("/v1/bad-inputs").json() == {"bad_inputs": [], "next": None}


def callback(ctx: Context, case_id: str) -> JsonObject:
    """The decision as a callback of version 2 tells it."""
    with ctx.database.write() as tx:
        done = cases.get(tx, case_id)
        names = callback_names(ctx, tx, "shop")
    told: JsonObject = callback_data(done, done.decisions[-1], names, 2)["decision"]
    return told


def test_a_line_of_the_feed_says_why_and_how_but_not_who(caller: Caller, ctx: Context) -> None:
    answer(ctx, caller.post(case()).json()["case_id"], "legitimate")
    (line,) = caller.get("/v1/decisions").json()["decisions"]
    assert (line["label"], line["tier"], line["method"]) == ("legitimate", "ordinary", "single")
    assert line["decided_by"] is None
    assert line["labels"] == [
        {
            "label": "legitimate",
            "answer": "legitimate",
            "expert": None,
            "labeled_at": "2026-11-20T10:01:00Z",
            "rationale": "The customer called.",
            "reason_code": None,
            "expert_confidence": "high",
            "is_assigned": None,
            "shown_at": None,
            "withdrawn_at": None,
        }
    ]


def test_an_accepted_prediction_can_be_read(caller: Caller) -> None:
    case_id = caller.post(case(confidence=0.99)).json()["case_id"]
    shown = caller.get(f"/v1/cases/{case_id}").json()
    assert (shown["status"], shown["due_at"]) == ("auto_accepted", None)


def test_a_case_is_found_by_the_service_s_own_id(caller: Caller) -> None:
    posted = caller.post(case("pay/ment ?&1")).json()
    for query in ("external_id=pay%2Fment%20%3F%261", "service=shop&external_id=pay%2Fment%20%3F%261"):
        assert caller.get(f"/v1/cases?{query}").json()["case_id"] == posted["case_id"]


def test_another_service_s_case_is_as_absent_as_none(caller: Caller, bank: Caller) -> None:
    case_id = caller.post(case()).json()["case_id"]
    foreign = bank.get(f"/v1/cases/{case_id}")
    absent = bank.get("/v1/cases/case_none")
    assert (foreign.status_code, foreign.json()) == (404, absent.json())
    assert bank.get("/v1/cases?external_id=payment-1").json() == absent.json()
    assert bank.get("/v1/cases?service=shop&external_id=payment-1").json() == absent.json()


def test_the_feed_tells_decisions_corrections_and_reopenings_in_order(caller: Caller, ctx: Context) -> None:
    first, second = (caller.post(case(name)).json()["case_id"] for name in ("a", "b"))
    answer(ctx, first, "legitimate")
    answer(ctx, second, "fraud")
    take_back(ctx, first)
    answer(ctx, first, "fraud", sequence=2)
    lines = caller.get("/v1/decisions").json()["decisions"]
    assert [(line["event"], line["external_id"], line["label"], line["sequence"]) for line in lines] == [
        ("decided", "a", "legitimate", 1),
        ("decided", "b", "fraud", 1),
        ("reopened", "a", "legitimate", 1),
        ("decided", "a", "fraud", 2),
    ]
    assert [len(line["labels"]) for line in lines] == [0, 1, 0, 1]  # none where the decision was replaced


def test_the_feed_is_read_page_by_page(caller: Caller, ctx: Context) -> None:
    for name in ("a", "b", "c"):
        answer(ctx, caller.post(case(name)).json()["case_id"], "fraud")
    page = caller.get("/v1/decisions?after=0&limit=2").json()
    assert ([line["external_id"] for line in page["decisions"]], page["has_more"]) == (["a", "b"], True)
    rest = caller.get(f"/v1/decisions?after={page['next']}&limit=2").json()
    assert ([line["external_id"] for line in rest["decisions"]], rest["has_more"]) == (["c"], False)
    end = caller.get(f"/v1/decisions?after={rest['next']}").json()
    assert end == {"decisions": [], "next": rest["next"], "has_more": False}


def test_the_feed_holds_only_the_caller_s_decisions(caller: Caller, bank: Caller, ctx: Context) -> None:
    answer(ctx, caller.post(case()).json()["case_id"], "fraud")
    assert bank.get("/v1/decisions").json()["decisions"] == []


@pytest.mark.parametrize(
    ("path", "loc"),
    [
        ("/v1/decisions?after=-1", ["query", "after"]),
        ("/v1/decisions?after=9223372036854775808", ["query", "after"]),
        ("/v1/decisions?after=x", ["query", "after"]),
        ("/v1/decisions?limit=0", ["query", "limit"]),
        ("/v1/decisions?limit=1001", ["query", "limit"]),
        ("/v1/cases", ["query", "external_id"]),
        ("/v1/cases?external_id=", ["query", "external_id"]),
        ("/v1/cases?external_id=a%00b", ["query", "external_id"]),
        ("/v1/cases?external_id=a&service=a%00b", ["query", "service"]),
        ("/v1/cases/a%00b", ["path", "case_id"]),
    ],
)
def test_a_wrong_parameter_is_named(quick: Caller, path: str, loc: list[str]) -> None:
    response = quick.get(path)
    (fault,) = response.json()["detail"]
    assert (response.status_code, fault["loc"]) == (422, loc)
    assert "it " in fault["msg"]
    assert not any(word in fault["msg"] for word in ("pattern", "Input", "Field", "should"))


def test_a_case_is_read_by_its_id_however_its_letters_are_written(caller: Caller) -> None:
    posted = caller.post(case("cafe\u0301")).json()
    for name in ("caf\u00e9", "cafe\u0301"):
        assert caller.get(f"/v1/cases?external_id={name}").json()["case_id"] == posted["case_id"]


@pytest.mark.parametrize("path", ["/v1/cases/case_1", "/v1/cases?external_id=a", "/v1/decisions"])
def test_reading_takes_a_signature_or_a_key(quick: Caller, path: str) -> None:
    key = {"authorization": f"Bearer {SECRETS['SHOP_KEY']}"}
    assert quick.session.get(quick.url + path, timeout=PATIENCE).status_code == 401
    assert quick.session.get(quick.url + path, headers=key, timeout=PATIENCE).status_code in {
        200,
        404,
    }
