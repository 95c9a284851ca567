"""Turns pictures of formats that Slack does not show into PNG, within bounds of size and memory."""

from io import BytesIO

from bot.errors import BotError

PNG = "image/png"
TAKEN = frozenset({PNG, "image/jpeg", "image/gif"})
"""What Slack's image block shows (its reference of blocks)."""
READ = ("WEBP", "BMP", "TIFF")
MOST_PIXELS = 24_000_000
"""About 100 MB while it is read; a few bytes can claim to be much more."""
LONGEST_SIDE = 2_048


class PictureUnreadable(BotError):
    """The picture cannot be read, so that it cannot be shown."""


def to_png(content: bytes) -> bytes:
    """The first frame of the picture as PNG, no side longer than 2,048; raises PictureUnreadable."""
    try:
        return _turned(content)
    except BotError:
        raise
    except Exception as error:  # a decoder may raise anything over bytes that lie
        raise PictureUnreadable(f"{type(error).__name__}.") from error


def _turned(content: bytes) -> bytes:
    from PIL import Image  # not on the path of those who post no such pictures

    turned = BytesIO()
    # Named formats only: every decoder of Pillow's is code that a stranger's bytes run through.
    with Image.open(BytesIO(content), formats=READ) as picture:
        # Before the first pixel is decoded, which `thumbnail` would do.
        if picture.width * picture.height > MOST_PIXELS:
            raise PictureUnreadable(f"It has more than {MOST_PIXELS // 1_000_000} million pixels.")
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        mode = "RGBA" if picture.has_transparency_data else "RGB"
        picture.convert(mode).save(turned, "PNG")
    return turned.getvalue()
