"""A picture posted as bytes is shown from Slack; a long input is cut, and shown whole when asked for."""

import base64
import struct
import zlib

import requests

from tests.patience import PATIENCE
from tests.scenarios.people import MAYA, Expert
from tests.scenarios.words import words
from tests.scenarios.world import World


def png() -> bytes:
    """A picture of one pixel."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x7f")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_a_picture_is_uploaded_once_and_shown_from_slack_ever_after(world: World) -> None:
    image = {
        "data": base64.b64encode(png()).decode(),
        "media_type": "image/png",
        "alt_text": "A gray receipt",
    }
    case = world.post_case(input={"image": image})
    maya = world.person(MAYA)

    def picture() -> dict[str, object]:
        (block,) = [one for one in maya.message(case)["blocks"] if one["type"] == "image"]
        return dict(block)

    assert picture()["alt_text"] == "A gray receipt"
    shown = requests.get(f"{world.slack.url}{picture()['image_url']}", timeout=PATIENCE)
    assert shown.content == png()
    file_id = picture()["slack_file"]

    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: maya.buttons(case) == ["Undo"])
    world.restart()
    maya.press(case, "Undo")
    world.eventually(lambda: "Confirm: Fraud" in maya.buttons(case))

    assert picture()["slack_file"] == file_id
    assert world.slack.stats()["uploads"] == 1


def read_all(maya: Expert) -> str:
    """Every page of the open window."""
    pages = []
    while True:
        window = maya.window()
        assert window is not None
        pages.append(words(window))
        if "Next →" not in pages[-1]:
            return "\n".join(pages)
        maya.press_in_window("Next →")


def test_show_all_opens_the_whole_text(world: World) -> None:
    lines = [f"Line {number} of the letter, in a few words." for number in range(1_200)]
    case = world.post_case(input={"text": "\n".join(lines), "fields": {f"field {n}": n for n in range(20)}})
    maya = world.person(MAYA)
    assert "Shortened to fit." in maya.reads(case)
    assert lines[0] in maya.reads(case)
    assert lines[100] not in maya.reads(case)

    maya.press(case, "Show all")

    read = read_all(maya).split("\n")
    assert [line for line in lines if line not in read] == []
    assert [f"field {n}: {n}" for n in range(20) if f"field {n}: {n}" not in read] == []


def test_endless_words_break_nothing_and_are_shown_whole_on_demand(world: World) -> None:
    endless = {"token": "x" * 4_000, "thai": "ก" * 4_000, "emoji": "🙂" * 2_000}
    case = world.post_case(input={"text": "y" * 4_000, "fields": endless})
    maya = world.person(MAYA)
    assert "Confirm: Fraud" in maya.buttons(case)

    maya.press(case, "Show all")

    read = read_all(maya)
    for char, count in (("x", 4_000), ("ก", 4_000), ("🙂", 2_000), ("y", 4_000)):
        assert read.count(char) >= count, char
    assert world.slack.stats()["rejected"] == {}


def test_what_fits_is_not_cut(world: World) -> None:
    case = world.post_case(input={"text": "Short."})
    maya = world.person(MAYA)
    assert "Show all" not in maya.buttons(case)
    assert "Short." in maya.reads(case)
