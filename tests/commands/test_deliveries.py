"""`secondlook deliveries` shows dead letters with their reason, and sends them again."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.http.app import build_api
from routing.policy import load_policy
from storage.delivery import holds, outbox, projections
from storage.delivery.outbox_item import Item
from tests.commands.installation import Installation
from tests.http import shop
from tests.http.shop import Caller
from tests.worlds.clocks import FRIDAY
from tests.worlds.policies import SHOP
from tests.worlds.serving import serving

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FAR = datetime(2100, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def bury_callback(installation: Installation, number: int) -> str:
    item = Item(f"item_{number}", "callback", f"callback:{number}", {}, NOON, ordering_key=f"case_{number}")
    with installation.database.write() as tx:
        outbox.add_many(tx, [item])
        (held,) = outbox.claim(tx, ["callback"], "tester", NOON, MINUTE, 1)
        outbox.bury(tx, held, "410 Gone: the endpoint says it is no more")
    return item.item_id


def bury_message(installation: Installation) -> str:
    api = build_api(shop.served(installation.database), shop.services(load_policy(SHOP, "policy.toml")))
    with serving(api) as url:
        assert Caller(url).post(shop.case()).status_code == 202
    with installation.database.write() as tx:
        held = projections.claim(tx, "tester", FRIDAY + MINUTE, MINUTE, MINUTE)
        assert held is not None
        projections.bury(tx, held, "channel_not_found")
    return held.projection.projection_id


def test_a_message_that_slack_refused_is_listed_and_sent_again(installation: Installation) -> None:
    letter_id = bury_message(installation)
    listed = "".join(installation.run("deliveries", "list").output.split())
    assert "channel_not_found" in listed
    assert shop.case()["external_id"] in listed
    assert installation.run("deliveries", "retry", letter_id).output == "1 on the way again.\n"
    with installation.database.read() as tx:
        assert projections.dead(tx, 10) == []


def hold_message(installation: Installation) -> str:
    letter_id = bury_message(installation)
    with installation.database.write() as tx:
        projections.revive(tx, None, NOON)
        holds.hold(tx, "C0FRAUD", NOON, "(not_in_channel) Invite the bot.", MINUTE, MINUTE)
    return letter_id


def test_what_is_held_is_listed_with_what_it_waits_for(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    letter_id = hold_message(installation)
    shown = installation.run("deliveries", "list").output
    (line,) = [line for line in shown.splitlines() if letter_id in line]
    assert "(not_in_channel) Invite the bot." in line
    assert "1 held until the reason is repaired" in shown
    assert "No dead letters" in shown


@pytest.mark.parametrize("is_all", [True, False])
def test_what_is_held_is_tried_at_once_when_asked(installation: Installation, *, is_all: bool) -> None:
    letter_id = hold_message(installation)
    shown = installation.run("deliveries", "retry", "--all" if is_all else letter_id)
    assert shown.output == "1 on the way again.\n"


def test_a_dead_letter_goes_where_the_policy_says_now(installation: Installation) -> None:
    letter_id = bury_message(installation)
    path = installation.env_file.parent / "policy.toml"
    path.write_text(path.read_text().replace("C0FRAUD", "C0MENDED"))
    installation.run("deliveries", "retry", letter_id)
    with installation.database.write() as tx:
        held = projections.claim(tx, "tester", FAR, MINUTE, MINUTE)
    assert held is not None
    assert str(held.projection.channel_id) == "C0MENDED"


def dead(installation: Installation) -> list[str]:
    with installation.database.read() as tx:
        return [item.item_id for item in outbox.dead(tx)]


def test_no_dead_letters_is_good_news(installation: Installation) -> None:
    shown = installation.run("deliveries", "list")
    assert (shown.exit_code, shown.output.startswith("No dead letters")) == (0, True)


def test_a_dead_letter_is_listed_with_its_reason(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    bury_callback(installation, 1)
    shown = installation.run("deliveries", "list")
    line = next(line for line in shown.output.splitlines() if "item_1" in line)
    assert "callback" in line
    assert "410 Gone: the endpoint says it is no more" in line


def test_one_is_sent_again_and_the_others_stay(installation: Installation) -> None:
    bury_callback(installation, 1)
    bury_callback(installation, 2)
    shown = installation.run("deliveries", "retry", "item_1")
    assert (shown.exit_code, shown.output) == (0, "1 on the way again.\n")
    assert dead(installation) == ["item_2"]
    with installation.database.write() as tx:
        (held,) = outbox.claim(tx, ["callback"], "tester", FAR, MINUTE, 5)
    assert held.item.item_id == "item_1"


def test_all_are_sent_again(installation: Installation) -> None:
    bury_callback(installation, 1)
    bury_callback(installation, 2)
    assert installation.run("deliveries", "retry", "--all").output == "2 on the way again.\n"
    assert installation.run("deliveries", "retry", "--all").output == "No dead letters.\n"
    assert dead(installation) == []


def test_an_unknown_id_is_told_with_exit_status_1(installation: Installation) -> None:
    shown = installation.run("deliveries", "retry", "item_9")
    assert shown.exit_code == 1
    assert "item_9 is not a dead letter" in shown.output


@pytest.mark.parametrize("arguments", [[], ["item_1", "--all"]])
def test_which_ones_has_to_be_said(installation: Installation, arguments: list[str]) -> None:
    shown = installation.run("deliveries", "retry", *arguments)
    assert shown.exit_code == 2
    assert "--all" in shown.output
