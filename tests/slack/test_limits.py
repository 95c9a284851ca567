"""Each of Slack's limits is found one past its edge and not at it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.limits import (
    Violation,
    blocks_refusals,
    characters_in,
    message_violations,
    metadata_violations,
    view_violations,
)

Json = dict[str, Any]


def plain(length: int) -> Json:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * length}


def option(text: int = 3, value: str = "v") -> Json:
    return {"text": plain(text), "value": value}


def options(count: int) -> list[Json]:
    return [option(value=str(number)) for number in range(count)]


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(3), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def button(number: int = 0, **more: Any) -> Json:
    return {"type": "button", "action_id": f"b{number}", "text": plain(3), **more}


def confirm(title: int = 3, text: int = 3, word: int = 3) -> Json:
    return {"title": plain(title), "text": plain(text), "confirm": plain(word), "deny": plain(word)}


def radio(count: int) -> Json:
    return {"type": "radio_buttons", "action_id": "r", "options": options(count)}


def overflow(count: int) -> Json:
    return {"type": "overflow", "action_id": "o", "options": options(count)}


def select(count: int, **more: Any) -> Json:
    return {"type": "static_select", "action_id": "s", "options": options(count), **more}


def table(rows: int, columns: int = 2) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * rows}


def date(initial: str) -> Json:
    return {"type": "datepicker", "action_id": "d", "initial_date": initial}


def typed_input(**element: Any) -> Json:
    return {
        "type": "input",
        "label": plain(3),
        "element": {"type": "plain_text_input", "action_id": "t", **element},
    }


def modal(**more: Any) -> Json:
    return {"type": "modal", "title": plain(3), "blocks": [section()], **more}


EDGES: list[tuple[str, Json, Json]] = [
    ("section text", section(text=mrkdwn(3000)), section(text=mrkdwn(3001))),
    ("section fields", section(fields=[mrkdwn(9)] * 10), section(fields=[mrkdwn(9)] * 11)),
    ("field text", section(fields=[mrkdwn(2000)]), section(fields=[mrkdwn(2001)])),
    ("header", {"type": "header", "text": plain(150)}, {"type": "header", "text": plain(151)}),
    ("header kind", {"type": "header", "text": plain(9)}, {"type": "header", "text": mrkdwn(9)}),
    (
        "context elements",
        {"type": "context", "elements": [mrkdwn(9)] * 10},
        {"type": "context", "elements": [mrkdwn(9)] * 11},
    ),
    (
        "actions elements",
        actions(*(button(n) for n in range(25))),
        actions(*(button(n) for n in range(26))),
    ),
    ("button text", actions(button(text=plain(75))), actions(button(text=plain(76)))),
    ("button value", actions(button(value="v" * 2000)), actions(button(value="v" * 2001))),
    ("button style", actions(button(style="danger")), actions(button(style="loud"))),
    ("confirm title", actions(button(confirm=confirm(100))), actions(button(confirm=confirm(101)))),
    (
        "confirm text",
        actions(button(confirm=confirm(text=300))),
        actions(button(confirm=confirm(text=301))),
    ),
    (
        "confirm buttons",
        actions(button(confirm=confirm(word=30))),
        actions(button(confirm=confirm(word=31))),
    ),
    ("select options", actions(select(100)), actions(select(101))),
    ("select needs options", actions(select(1)), actions({"type": "static_select", "action_id": "s"})),
    (
        "option text",
        section(accessory={**overflow(1), "options": [option(75)]}),
        section(accessory={**overflow(1), "options": [option(76)]}),
    ),
    (
        "initial option",
        actions(select(2, initial_option=option(value="1"))),
        actions(select(2, initial_option=option(value="7"))),
    ),
    ("radio", actions(radio(10)), actions(radio(11))),
    (
        "checkboxes",
        actions({**radio(10), "type": "checkboxes"}),
        actions({**radio(11), "type": "checkboxes"}),
    ),
    ("overflow", section(accessory=overflow(5)), section(accessory=overflow(6))),
    ("action_id", actions(button(action_id="a" * 255)), actions(button(action_id="a" * 256))),
    ("block_id", section(block_id="b" * 255), section(block_id="b" * 256)),
    ("table rows", table(100), table(101)),
    ("table columns", table(2, 20), table(2, 21)),
    (
        "image alt text",
        {"type": "image", "image_url": "https://x.test/a.png", "alt_text": "a"},
        {"type": "image", "image_url": "https://x.test/a.png"},
    ),
    (
        "one image source",
        {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "a"},
        {"type": "image", "slack_file": {"id": "F1"}, "image_url": "https://x.test/a", "alt_text": "a"},
    ),
    ("empty text", section(text=mrkdwn(1)), section(text=mrkdwn(0))),
    ("empty section", section(), {"type": "section"}),
    ("unknown block", {"type": "divider"}, {"type": "marquee"}),
    ("unknown element", actions(button()), actions({"type": "knob", "action_id": "k"})),
    ("unknown property", section(expand=True), section(blink=True)),
    ("input longest is a number", typed_input(max_length=1), typed_input(max_length="1")),
    ("a flag is a flag", section(expand=False), section(expand="no")),
    ("fields are a list", section(fields=[mrkdwn(1)]), section(fields={"0": mrkdwn(1)})),
    ("ids are strings", section(block_id="1"), section(block_id=1)),
    ("a date is ten characters", actions(date("2026-11-21")), actions(date("2026"))),
    ("input longest", typed_input(max_length=3000), typed_input(max_length=3001)),
]


@pytest.mark.parametrize(("name", "allowed", "refused"), EDGES, ids=[edge[0] for edge in EDGES])
def test_a_block_may_reach_its_limit_but_not_pass_it(name: str, allowed: Json, refused: Json) -> None:
    assert blocks_refusals([allowed], "message") == ()
    assert blocks_refusals([refused], "message") != ()


def test_the_wording_and_the_path_are_those_of_slack() -> None:
    (found,) = blocks_refusals([section(text=mrkdwn(3001))], "message")

    assert str(found) == "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"


@pytest.mark.parametrize(("surface", "most"), [("message", 50), ("modal", 100), ("home", 100)])
def test_a_surface_has_a_greatest_number_of_blocks(surface: str, most: int) -> None:
    assert blocks_refusals([{"type": "divider"}] * most, surface) == ()
    assert blocks_refusals([{"type": "divider"}] * (most + 1), surface) == (
        Violation("/blocks", f"no more than {most} items allowed"),
    )


def test_a_message_may_have_one_table_and_a_modal_none() -> None:
    assert blocks_refusals([table(1), table(1)], "message") == (
        Violation("/blocks/1", "only one table block is allowed"),
    )
    assert blocks_refusals([table(1)], "modal") == (Violation("/blocks/0/type", "unsupported type: table"),)


def test_ids_may_not_repeat() -> None:
    assert blocks_refusals([section(block_id="a"), section(block_id="a")], "message") == (
        Violation("/blocks/1/block_id", "block_id already exists: a"),
    )
    assert blocks_refusals([actions(button(), button())], "message") == (
        Violation("/blocks/0", "action_id already exists: b0"),
    )


def test_our_messages_use_an_action_id_once_though_slack_allows_it_in_another_block() -> None:
    blocks = [actions(button()), actions(button())]

    assert blocks_refusals(blocks, "message") == ()
    assert message_violations({"text": "t", "blocks": blocks}) == (
        Violation("/blocks/1", "action_id already exists: b0"),
    )


def test_our_messages_have_one_primary_button_in_a_set() -> None:
    two = actions(button(1, style="primary"), button(2, style="primary"))

    assert message_violations({"text": "t", "blocks": [two]}) == (
        Violation("/blocks/0", "only one primary button in a set"),
    )


@pytest.mark.parametrize(("length", "count"), [(0, 1), (1, 0), (4000, 0), (4001, 1)])
def test_a_message_says_everything_in_at_most_4000_characters(length: int, count: int) -> None:
    assert len(message_violations({"text": "x" * length})) == count


def test_a_message_keeps_to_the_budget_of_all_its_blocks() -> None:
    full = [section(text=mrkdwn(2500)) for _ in range(4)]

    assert characters_in(full) == 10_000
    assert message_violations({"text": "t", "blocks": full}) == ()
    assert message_violations({"text": "t", "blocks": [*full, section(text=mrkdwn(1))]}) == (
        Violation("/blocks", "must be less than 10001 characters together"),
    )


def test_metadata_needs_a_type_and_a_payload() -> None:
    assert metadata_violations({"event_type": "case", "event_payload": {}}) == ()
    assert metadata_violations({"event_payload": {}}) == (
        Violation("/metadata", "missing required field: event_type"),
    )
    assert message_violations({"text": "t", "metadata": []}) == (Violation("/metadata", "must be an object"),)


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        (modal(title=plain(24)), modal(title=plain(25))),
        (modal(submit=plain(24)), modal(submit=plain(25))),
        (modal(close=plain(24)), modal(close=plain(25))),
        (modal(private_metadata="p" * 3000), modal(private_metadata="p" * 3001)),
        (modal(callback_id="c" * 255), modal(callback_id="c" * 256)),
        (modal(blocks=[typed_input()], submit=plain(4)), modal(blocks=[typed_input()])),
        (modal(), {"type": "modal", "blocks": []}),
        ({"type": "home", "blocks": []}, {"type": "home", "title": plain(3), "blocks": []}),
        ({"type": "home", "blocks": []}, {"type": "sheet", "blocks": []}),
        (modal(), {"type": "home", "blocks": {}}),
    ],
)
def test_a_view_may_reach_its_limit_but_not_pass_it(allowed: Json, refused: Json) -> None:
    assert view_violations(allowed) == ()
    assert view_violations(refused) != ()


@pytest.mark.parametrize(
    "broken", [None, 3, "text", [], {"type": ["modal"]}, {"type": "modal", "blocks": [3]}]
)
def test_nonsense_is_a_violation_and_not_an_error(broken: Any) -> None:
    assert view_violations(broken) != ()
    assert blocks_refusals([broken], "message") != ()
