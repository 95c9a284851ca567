"""Uploaded pictures and files on the page."""

from __future__ import annotations

import struct
import zlib

from playwright.sync_api import Page, expect
from slack_sdk import WebClient

from tests.patience import eventually

from .conftest import DIGITS, Visit


def png(side: int) -> bytes:
    """A gray square."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"\x80" * side for _ in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def wait_until(page: Page, condition: str) -> None:
    """Ask from outside: the page's own policy forbids to evaluate text inside it."""
    eventually(lambda: page.evaluate(condition))


def test_uploaded_picture_is_shown_with_its_description_and_enlarged(client: WebClient, visit: Visit) -> None:
    client.files_upload_v2(
        channel=DIGITS,
        content=png(64),
        filename="scan.png",
        title="Scan",
        alt_txt="a seven",
        initial_comment="Look",
    )
    page = visit()
    image = page.get_by_role("img", name="a seven")
    expect(image).to_be_visible()
    wait_until(page, "document.querySelector('.message img').naturalWidth === 64")

    page.get_by_role("button", name="Enlarge: a seven").click()

    expect(page.get_by_role("dialog", name="a seven").locator("img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_view_stays_at_the_newest_message_while_pictures_above_it_load(
    client: WebClient, visit: Visit
) -> None:
    for number in range(12):
        content = png(256)
        client.files_upload_v2(channel=DIGITS, content=content, filename=f"{number}.png", alt_txt="a seven")
    client.chat_postMessage(channel=DIGITS, text="the newest")

    page = visit()
    wait_until(page, "[...document.images].every((one) => one.complete && one.naturalWidth > 0)")

    expect(page.get_by_text("the newest")).to_be_in_viewport()


def test_picture_that_cannot_be_loaded_shows_its_description(client: WebClient, visit: Visit) -> None:
    block = {"type": "image", "image_url": "http://127.0.0.1:1/scan.png", "alt_text": "a lost seven"}
    client.chat_postMessage(channel=DIGITS, text="Look", blocks=[block])

    page = visit()

    expect(page.locator(".picture-missing")).to_have_text("a lost seven")


def test_other_file_is_a_link_in_a_tab_of_its_own(client: WebClient, visit: Visit) -> None:
    client.files_upload_v2(channel=DIGITS, content=b"a,b\n1,2\n", filename="report.csv")

    page = visit()

    card = page.get_by_role("link", name="report.csv")
    expect(card).to_have_attribute("target", "_blank")
    expect(card).to_have_attribute("rel", "noopener noreferrer")
