"""Checks a posted picture: its base64, its size, its format, and that it is what it says it is."""

import base64
import binascii

from pydantic_core import PydanticCustomError

IMAGE_BYTES = 256 * 1024
LONGEST_BASE64 = 4 * -(-IMAGE_BYTES // 3)
MAGIC = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
    "image/bmp": (b"BM",),
    "image/tiff": (b"II*\x00", b"MM\x00*"),
}
WEBP_MARK = slice(8, 12)
FORMATS = "Slack shows PNG, JPEG and GIF; WebP, BMP and TIFF are turned into PNG"


def check_format(media_type: str) -> str:
    """The media type, if experts can be shown it; raises PydanticCustomError that names those they can."""
    if media_type not in MAGIC:
        raise PydanticCustomError("image_format", f'{FORMATS}; send one of these, such as "image/png"')
    return media_type


def decode(data: str, media_type: str) -> bytes:
    """The picture's bytes; raises PydanticCustomError for bad base64, too many bytes or another format."""
    try:
        content = base64.b64decode(data, validate=True)  # else Python drops what is no base64
    except (binascii.Error, ValueError):
        raise PydanticCustomError("base64", "not base64 (standard alphabet, with padding)") from None
    if len(content) > IMAGE_BYTES:
        raise PydanticCustomError("image_too_large", f"more than {IMAGE_BYTES} bytes")
    if not _is_what_it_says(content, media_type):
        raise PydanticCustomError("image_format", f"the bytes are not {media_type}")
    return content


def _is_what_it_says(content: bytes, media_type: str) -> bool:
    if media_type == "image/webp" and content[WEBP_MARK] != b"WEBP":
        return False
    return content.startswith(MAGIC[media_type])
