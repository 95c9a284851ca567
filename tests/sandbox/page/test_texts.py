"""What the page makes of texts: mrkdwn, markdown, dates, and what must stay text."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect
from slack_sdk import WebClient

from bot.sandbox import Sandbox

from .conftest import DIGITS, Json, Visit, plain, write

DRAW = """async ([file, name, text]) => {
    const parser = await import(`/page/text/${file}.js`);
    const box = document.createElement("div");
    box.append(...parser[name](text));
    return box.innerHTML;
}"""
FORMAT = """async ([unix, format, tz, now]) =>
    (await import("/page/text/dates.js")).formatSlackDate(unix, format, tz, now)"""
LINK = 'target="_blank" rel="noopener noreferrer" class="link"'
MOMENT = 1392734382  # 2014-02-18 14:39:42 UTC, the moment of Slack's own examples
HALF_A_YEAR = 200 * 86400


def draw(page: Page, file: str, text: str) -> str:
    """The text as the page's own parser draws it."""
    html: str = page.evaluate(DRAW, [file, file, text])
    return html


LABELED = "<https://a.example/x?y=1&amp;z=2|a *label*>"
MRKDWN = {
    "*bold* _italic_ ~gone~": "<strong>bold</strong> <em>italic</em> <s>gone</s>",
    "*_both_*": "<strong><em>both</em></strong>",
    "2*3*4 snake_case_name a~b~c": "2*3*4 snake_case_name a~b~c",
    "* not bold * *": "* not bold * *",
    "*open\nclosed*": "*open\nclosed*",
    "`*code*` and ``": "<code>*code*</code> and ``",
    "`a &lt;b&gt;`": "<code>a &lt;b&gt;</code>",
    "```\na *b*\n```after": "<pre>a *b*</pre>after",
    "&gt; quoted\n&gt; *twice*\nplain": "<blockquote>quoted\n<strong>twice</strong></blockquote>plain",
    "one\n&gt;&gt;&gt; two\nthree": "one<blockquote>two\nthree</blockquote>",
    "• one\n• two": "• one\n• two",
    LABELED: f'<a href="https://a.example/x?y=1&amp;z=2" {LINK}>a *label*</a>',
    "see https://a.example/b.": f'see <a href="https://a.example/b" {LINK}>https://a.example/b</a>.',
    "<javascript:alert(1)|click>": "&lt;javascript:alert(1)|click&gt;",
    "<mailto:a@b.example|write>": "write",
    "&amp;lt; &lt;script&gt;": "&amp;lt; &lt;script&gt;",
    "<@U0JONAS>": '<span class="mention" data-user-id="U0JONAS">@Jonas Weber</span>',
    "<@U0MAYA>": '<span class="mention mention-me" data-user-id="U0MAYA">@Maya Okafor</span>',
    "<#C0GENERAL|x>": '<a class="mention" href="#C0GENERAL">#general</a>',
    "<!channel>": '<span class="mention mention-me">@channel</span>',
    "<!subteam^S1|@readers>": '<span class="mention">@readers</span>',
    "<!date^nothing^{time}|at noon>": "at noon",
    ":no_such_emoji: 10:30:45": ":no_such_emoji: 10:30:45",
    ":+1:": '<span class="emoji" role="img" aria-label="+1" title=":+1:">👍</span>',
    "*a <https://a.example|b*c> d*": f'<strong>a <a href="https://a.example/" {LINK}>b*c</a> d</strong>',
}
MARKDOWN = {
    "**bold** *it* ~~no~~ `x*y*`": "<p><strong>bold</strong> <em>it</em> <s>no</s> <code>x*y*</code></p>",
    "snake_case_name": "<p>snake_case_name</p>",
    "[a](https://a.example)": f'<p><a href="https://a.example/" {LINK}>a</a></p>',
    "[b](javascript:x)": "<p><span>b</span></p>",
    "```\n<b>\n```\nafter": "<pre>&lt;b&gt;</pre><p>after</p>",
    "> one\n> two": "<blockquote><p>one\ntwo</p></blockquote>",
    "<img src=x onerror=alert(1)>": "<p>&lt;img src=x onerror=alert(1)&gt;</p>",
    r"\*plain\*": "<p>*plain*</p>",
    "---": "<hr>",
}


def test_mrkdwn_is_drawn_as_slack_draws_it(visit: Visit) -> None:
    page = visit()

    drawn = {text: draw(page, "mrkdwn", text) for text in MRKDWN}

    assert drawn == MRKDWN


def test_markdown_is_standard_markdown(visit: Visit) -> None:
    page = visit()

    drawn = {text: draw(page, "markdown", text) for text in MARKDOWN}

    assert drawn == MARKDOWN


def test_dates_have_all_of_slacks_tokens_in_the_readers_zone(visit: Visit) -> None:
    expected = {
        "{date_num}": "2014-02-18",
        "{date_slash}": "02/18/2014",
        "{date}": "February 18th, 2014",
        "{date_short}": "Feb 18, 2014",
        "{date_long}": "Tuesday, February 18th, 2014",
        "{date_pretty}": "February 18th, 2014",
        "{date_short_pretty}": "Feb 18, 2014",
        "{date_long_pretty}": "Tuesday, February 18th, 2014",
        "{time}": "6:39 AM",
        "{time_secs}": "6:39:42 AM",
        "{ago}": "6 months ago",
        "at {time} on {unknown}": "At 6:39 AM on {unknown}",
    }
    page = visit()

    def formatted(text: str) -> Any:
        return page.evaluate(FORMAT, [MOMENT, text, "America/Los_Angeles", MOMENT + HALF_A_YEAR])

    assert {text: formatted(text) for text in expected} == expected


def test_near_dates_are_named_by_the_readers_calendar(visit: Visit) -> None:
    expected = {
        ("{date_short_pretty} at {time}", "Europe/Berlin", 0): "Today at 3:39 PM",
        ("due {date_pretty}", "Europe/Berlin", 86400): "Due yesterday",
        ("{date_long_pretty}", "Europe/Berlin", -86400): "Tomorrow",
        ("{date_short_pretty}", "Asia/Tokyo", 3600): "Yesterday",
        ("{date}", "Europe/Berlin", 5 * 86400): "February 18th",
        ("{time}", "No/Such_Zone", 0): "2:39 PM",
        ("{ago}", "UTC", 61): "1 minute ago",
        ("{ago}", "UTC", -7200): "In 2 hours",
    }
    page = visit()

    def formatted(text: str, tz: str, later_in: int) -> Any:
        return page.evaluate(FORMAT, [MOMENT, text, tz, MOMENT + later_in])

    assert {asked: formatted(*asked) for asked in expected} == expected


def test_two_people_read_one_moment_in_their_own_zones(client: WebClient, visit: Visit) -> None:
    client.chat_postMessage(channel=DIGITS, text=f"Due <!date^{MOMENT}^{{time}}|later>")

    in_london, in_tokyo = visit("U0MAYA"), visit("U0AIKO")

    expect(in_london.locator(".slack-date")).to_have_text("2:39 PM")
    expect(in_tokyo.locator(".slack-date")).to_have_text("11:39 PM")


ATTACK = "<script>window.broken = 1</script><img src=x onerror='window.broken = 1'>"


def test_nothing_in_a_message_becomes_markup(client: WebClient, sandbox: Sandbox, visit: Visit) -> None:
    mrkdwn: Json = {"type": "mrkdwn", "text": ATTACK}
    blocks: list[Json] = [
        {"type": "header", "text": {"type": "plain_text", "text": ATTACK}},
        {"type": "section", "text": mrkdwn, "fields": [mrkdwn]},
        {"type": "context", "elements": [mrkdwn]},
        {"type": "markdown", "text": ATTACK},
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ATTACK}]}],
        },
        {"type": "table", "rows": [[{"type": "raw_text", "text": ATTACK}]]},
        {"type": "image", "image_url": "http://127.0.0.1:1/no.png", "alt_text": ATTACK},
    ]
    client.chat_postMessage(channel=DIGITS, text="Blocks", blocks=blocks)
    write(sandbox, "U0JONAS", ATTACK)

    page = visit()

    expect(page.locator(".message").last).to_contain_text(ATTACK)
    assert page.locator(".message").first.inner_text().count("<script>") >= 7
    assert page.locator(".message script, .message img[onerror]").count() == 0
    assert page.evaluate("window.broken") is None


def test_table_and_rich_text_and_fields_are_drawn(client: WebClient, visit: Visit) -> None:
    bold = {"type": "text", "text": "steady", "style": {"bold": True}}
    rich: Json = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [bold]}]}
    head = [{"type": "raw_text", "text": text} for text in ("Tier", "n")]
    items = [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]} for text in ("a", "b")
    ]
    listed = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_list", "style": "ordered", "elements": items}],
    }
    table = {"type": "table", "rows": [head, [rich, {"type": "raw_text", "text": "128"}]]}
    client.chat_postMessage(channel=DIGITS, text="Digest", blocks=[table, listed])

    page = visit()

    expect(page.locator(".block-table th")).to_have_text(["Tier", "n"])
    expect(page.locator(".block-table td strong")).to_have_text("steady")
    expect(page.locator("ol.rich-list li")).to_have_text(["a", "b"])


def test_unknown_block_is_named_instead_of_left_out(visit: Visit) -> None:
    page = visit()
    script = """async () => {
        const { renderBlocks } = await import("/page/blocks/blocks.js");
        const { messageSurface } = await import("/page/controls/surface.js");
        return renderBlocks([{type: "hologram", block_id: "x"}], messageSurface("C", "1"))[0].textContent;
    }"""

    assert page.evaluate(script) == "The local Slack does not draw “hologram” blocks."


def test_mark_of_an_edit_stands_above_the_replies(client: WebClient, visit: Visit) -> None:
    blocks = [{"type": "section", "text": plain("Which?")}]
    ts = client.chat_postMessage(channel=DIGITS, text="Which?", blocks=blocks)["ts"]
    client.chat_postMessage(channel=DIGITS, text="Still waiting", thread_ts=ts)
    client.chat_update(channel=DIGITS, ts=ts, text="Seven", blocks=blocks)

    message = visit().locator(f"[data-ts='{ts}']")
    mark = message.locator(".edited").bounding_box()
    replies = message.locator(".thread-summary").bounding_box()
    assert mark
    assert replies
    assert mark["y"] + mark["height"] <= replies["y"]
