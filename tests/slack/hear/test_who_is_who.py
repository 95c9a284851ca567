"""Enterprise Grid, Slack Connect, guests, shared channels and bots: who acts, and whether they may."""

import pytest

from bot.slack.app import BotIdentity
from bot.usecases import members
from routing.case.case import Case
from routing.label import ExpertId
from routing.policy import load_policy
from storage import audit, experts
from storage.engine.database import Database
from storage.experts import Expert
from tests.slack.recorded import NAMES, TS, Recorded, recorded
from tests.slack.workspace import Workspace, make_workspace
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CAROL, CHANNEL, TEAM
from tests.worlds.policies import DESK

PARTNER = ExpertId("T0PARTNER", "U0PARTNER")
FOREIGN = "U0FOREIGN"
GUEST, OWN_BOT, OTHER_BOT, NAMED_BOT = (
    ExpertId(TEAM, name) for name in ("U0GUEST", "U0BOT", "U0OTHERBOT", "U0NAMEDBOT")
)
NAMING = """
experts = {channel_members = true, people = ["U0NAMEDBOT"]}
[tasks.team]
"""


def world_of(database: Database) -> World:
    """A world in whose channel are experts, a guest, a partner and three bots, one of which may answer."""
    policy = load_policy(DESK.replace("\n[tasks.team]\n", NAMING, 1), "policy.toml")
    world = World(database, policy.model_copy(update={"guest_teams": (PARTNER.team_id,)}))
    bots = [
        Expert(bot, bot.user_id, None, FRIDAY, is_active=False, is_bot=True) for bot in (OTHER_BOT, NAMED_BOT)
    ]
    everybody = [ANN, BEN, CAROL, GUEST, PARTNER, OWN_BOT, OTHER_BOT, NAMED_BOT]
    with database.write() as tx:
        experts.set_members(tx, f"channel:{CHANNEL}", everybody, FRIDAY)
        experts.upsert_many(tx, bots)
    return world


def opened(database: Database, enterprise_id: str = "") -> tuple[Workspace, Case]:
    """A workspace with a case whose message the payloads are about."""
    world = world_of(database)
    case = world.open()
    world.post(case, TS)
    return make_workspace(world, identity=BotIdentity("U0BOT", "B0BOT", enterprise_id)), case


def refused(workspace: Workspace, case: Case) -> list[str]:
    """Who was refused, by the audit trail."""
    with workspace.world.database.read() as tx:
        entries = audit.of_subject(tx, case.case_id, 100)
    return [entry.actor for entry in entries if entry.action == "act.refused"]


@pytest.mark.parametrize("name", NAMES)
def test_who_acts_is_told_by_the_payload_and_may_what_they_may(name: str, sqlite_url: str) -> None:
    sent, database = recorded(name), Database(sqlite_url)
    workspace, case = opened(database, sent.enterprise_id)

    answer = workspace.dispatch(*sent.body())

    assert answer.status == 200
    who = [label.expert for label in workspace.world.case(case.case_id).labels]
    assert who == ([sent.person] if sent.outcome == "answers" else [])
    actor = f"{sent.person.team_id}:{sent.person.user_id}"
    assert refused(workspace, case) == ([actor] if sent.outcome == "refused" else [])
    told = [*workspace.gateway.responses, *(one[2] for one in workspace.gateway.ephemerals)]
    is_told = bool(told) or "response_action" in answer.body  # a window says it itself
    assert is_told is (sent.outcome in ("refused", "listed"))
    if sent.outcome == "listed":
        assert "Is this payment fraud?" in told[0].text
    database.dispose()


def test_a_workspace_of_the_organization_is_known_again_where_a_payload_says_less(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    workspace, case = opened(database, "E0ACME")
    told = recorded("grid_other_workspace_command")
    workspace.dispatch(*told.body())
    silent = recorded("shared_channel_reply")
    event = silent.payload["event"] | {"team": "T0ACMELABS", "user_team": "T0ACMELABS", "source_team": None}

    workspace.dispatch(*silent.body(silent.payload | {"event": event}))

    assert [label.expert for label in workspace.world.case(case.case_id).labels] == [ANN]
    database.dispose()


def test_an_organization_is_not_ours_because_a_stranger_is_of_it(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    workspace, case = opened(database)
    for name in ("grid_stranger_of_other_org_click", "connect_stranger_reply_on_grid"):
        sent = recorded(name)
        payload = {**sent.payload, "authorizations": [], "context_enterprise_id": None, "enterprise_id": None}
        workspace.dispatch(*sent.body(payload))

    assert workspace.world.case(case.case_id).labels == ()
    assert len(refused(workspace, case)) == 2
    database.dispose()


def test_a_click_and_a_command_of_one_person_on_grid_are_one_persons(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    world = world_of(database)
    case = world.open("team", "help")
    world.post(case, TS)
    members.record_people(world.ctx, [Expert(ANN, "Ann", "UTC", FRIDAY)])
    workspace = make_workspace(world, identity=BotIdentity("U0BOT", "B0BOT", "E0ACME"))
    for number, name in enumerate(
        ("grid_org_click", "grid_other_workspace_click", "grid_click_from_other_workspace")
    ):
        sent = recorded(name)
        action = sent.payload["actions"][0] | {"value": '{"label":"help"}', "action_ts": f"9.{number}"}
        workspace.dispatch(*sent.body(sent.payload | {"actions": [action]}))

    stored = world.case(case.case_id)
    assert [label.expert for label in stored.current_labels] == [ANN]
    assert stored.decision is None
    database.dispose()


def test_a_strangers_payload_that_begins_with_us_teaches_nothing_and_membership_decides(
    sqlite_url: str,
) -> None:
    database, stranger = Database(sqlite_url), ExpertId("T0GLOBEX", "U0STRANGER")
    workspace, case = opened(database)
    with database.write() as tx:
        experts.add_member(tx, f"channel:{CHANNEL}", stranger)
    sent = recorded("grid_org_click")
    user = {"id": stranger.user_id, "team_id": "E0GLOBEX"}
    payload = sent.payload | {"team": {"id": TEAM}, "user": user, "enterprise": {"id": "E0GLOBEX"}}

    workspace.dispatch(*sent.body(payload))

    assert workspace.world.case(case.case_id).labels == ()
    assert len(refused(workspace, case)) == 1
    database.dispose()


def test_an_organization_that_only_the_frame_names_counts_for_whom_slack_told_to_be_ours(
    sqlite_url: str,
) -> None:
    database = Database(sqlite_url)
    workspace, case = opened(database)
    sent = recorded("grid_org_click")
    payload = sent.payload | {"team": {"id": TEAM, "domain": "acme"}}

    workspace.dispatch(*sent.body(payload))
    before = workspace.world.case(case.case_id).labels
    members.record_people(workspace.world.ctx, [Expert(ANN, "Ann", "UTC", FRIDAY)])
    workspace.dispatch(*sent.body(payload))

    assert before == ()
    assert [label.expert for label in workspace.world.case(case.case_id).labels] == [ANN]
    database.dispose()


IN_OUR_PLACE = (
    "grid_other_workspace_click",
    "grid_stranger_in_our_place_click",
    "grid_stranger_in_our_enterprise_click",
    "grid_stranger_in_our_place_submission",
    "connect_stranger_reply_on_grid_not_said_to_be_shared",
    "connect_file_share_in_our_place",
    "file_share_not_said_to_be_shared",
)


def as_foreign(sent: Recorded) -> tuple[str, str]:
    """What was sent, by somebody whose user id no expert has."""
    body, content_type = sent.body()
    return body.replace("U0ANN", FOREIGN), content_type


@pytest.mark.parametrize("name", IN_OUR_PLACE)
def test_a_member_whom_slack_was_not_asked_about_is_nobody_of_ours_by_acting_in_our_place(
    name: str, sqlite_url: str
) -> None:
    sent, database = recorded(name), Database(sqlite_url)
    workspace, case = opened(database, sent.enterprise_id)
    members.record(workspace.world.ctx, f"channel:{CHANNEL}", ["U0ANN", FOREIGN])

    workspace.dispatch(*as_foreign(sent))

    assert workspace.world.case(case.case_id).labels == ()
    assert refused(workspace, case) == [f"{sent.person.team_id}:{FOREIGN}"]
    database.dispose()


@pytest.mark.parametrize("is_bot", [False, None])
@pytest.mark.parametrize("name", IN_OUR_PLACE)
def test_whom_slack_told_to_be_ours_acts_in_our_place(
    name: str, is_bot: bool | None, sqlite_url: str
) -> None:
    sent, database, ours = recorded(name), Database(sqlite_url), ExpertId(TEAM, FOREIGN)
    workspace, case = opened(database, sent.enterprise_id)
    members.record(workspace.world.ctx, f"channel:{CHANNEL}", [FOREIGN])
    with database.write() as tx:
        experts.upsert_many(tx, [Expert(ours, "Fay", "UTC", FRIDAY, is_bot=is_bot)])

    workspace.dispatch(*as_foreign(sent))

    assert [label.expert for label in workspace.world.case(case.case_id).labels] == [ours]
    database.dispose()


@pytest.mark.parametrize("name", IN_OUR_PLACE)
def test_whom_slack_told_to_be_a_stranger_is_one_in_our_place_too(name: str, sqlite_url: str) -> None:
    sent, database = recorded(name), Database(sqlite_url)
    workspace, case = opened(database, sent.enterprise_id)
    members.record(workspace.world.ctx, f"channel:{CHANNEL}", [FOREIGN])
    members.record_people(workspace.world.ctx, [Expert(ExpertId("T0GLOBEX", FOREIGN), "Fay", "UTC", FRIDAY)])

    workspace.dispatch(*as_foreign(sent))

    assert workspace.world.case(case.case_id).labels == ()
    database.dispose()


@pytest.mark.parametrize("name", ["connect_file_share_in_our_place", "file_share_not_said_to_be_shared"])
def test_a_partner_without_a_team_is_of_the_workspace_that_slack_told(name: str, sqlite_url: str) -> None:
    sent, database = recorded(name), Database(sqlite_url)
    workspace, case = opened(database)
    members.record_people(workspace.world.ctx, [Expert(PARTNER, "Pat", "UTC", FRIDAY)])

    body, content_type = sent.body()
    workspace.dispatch(body.replace("U0ANN", PARTNER.user_id), content_type)

    assert [label.expert for label in workspace.world.case(case.case_id).labels] == [PARTNER]
    database.dispose()


def test_a_member_whom_slack_was_not_asked_about_answers_at_once_if_their_click_names_us(
    sqlite_url: str,
) -> None:
    database = Database(sqlite_url)
    workspace, case = opened(database)
    members.record(workspace.world.ctx, f"channel:{CHANNEL}", [FOREIGN])

    body, content_type = recorded("guest_single_channel_click").body()
    workspace.dispatch(body.replace("U0GUEST", FOREIGN), content_type)

    assert [one.expert for one in workspace.world.case(case.case_id).labels] == [ExpertId(TEAM, FOREIGN)]
    database.dispose()


def test_a_strangers_organization_around_their_click_makes_no_member_ours(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    workspace, case = opened(database)
    members.record(workspace.world.ctx, f"channel:{CHANNEL}", [FOREIGN])
    sent = recorded("grid_org_click")
    user, around = {"id": FOREIGN, "team_id": "E0GLOBEX"}, {"id": "E0GLOBEX"}

    workspace.dispatch(*sent.body(sent.payload | {"team": {"id": TEAM}, "user": user, "enterprise": around}))

    assert workspace.world.case(case.case_id).labels == ()
    assert len(refused(workspace, case)) == 1
    database.dispose()
