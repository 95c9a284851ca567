"""Files of the v2 upload flow: announced, uploaded, completed."""

import mimetypes
from dataclasses import dataclass, field
from urllib.parse import quote

from bot.sandbox.json_types import JsonObject


@dataclass
class StoredFile:
    """An upload; `content` arrives between the two API calls and `is_complete` after the second."""

    id: str
    name: str
    length: int
    created: int
    user_id: str
    alt_text: str = ""
    title: str = ""
    content: bytes | None = None
    is_complete: bool = False
    channel_ids: list[str] = field(default_factory=list)

    @property
    def mimetype(self) -> str:
        """Guessed from the name, as Slack does."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    def path(self) -> str:
        """Where the sandbox serves its bytes."""
        return f"/files/{self.id}/{quote(self.name)}"


def api_file(stored: StoredFile, base_url: str) -> JsonObject:
    """The file as `files.info` gives it."""
    url = f"{base_url}{stored.path()}"
    return {
        "id": stored.id,
        "created": stored.created,
        "timestamp": stored.created,
        "name": stored.name,
        "title": stored.title or stored.name,
        "mimetype": stored.mimetype,
        "filetype": stored.name.rpartition(".")[2],
        "size": stored.length,
        "user": stored.user_id,
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "alt_txt": stored.alt_text,
        "url_private": url,
        "url_private_download": url,
        "permalink": url,
        "channels": list(stored.channel_ids),
        "ims": [],
        "groups": [],
    }


def page_file(stored: StoredFile) -> JsonObject:
    """The file as the page gets it."""
    return {
        "id": stored.id,
        "name": stored.name,
        "mimetype": stored.mimetype,
        "url": stored.path(),
        "alt_text": stored.alt_text or stored.title,
    }
