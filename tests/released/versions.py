"""The recorded versions and what lies in their folders."""

import gzip
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.released.bank import Post

JsonObject = dict[str, Any]
FOLDER = Path(__file__).parent
DIALECTS = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Version:
    """A released version by its folder."""

    folder: Path

    @property
    def name(self) -> str:
        """As it was recorded, such as `v0_1`."""
        return self.folder.name

    @cached_property
    def recorded_at(self) -> datetime:
        """The moment at which its databases stand."""
        return datetime.fromisoformat(self._facts["recorded_at"])

    @property
    def callback_url(self) -> str:
        """Where its service received callbacks."""
        return str(self._facts["callback_url"])

    @property
    def draw_key(self) -> bytes:
        """The key of its draws."""
        return str(self._facts["draw_key"]).encode()

    @property
    def policy_text(self) -> str:
        """The policy that its databases were made under."""
        return (self.folder / "policies" / "recorded.toml").read_text(encoding="utf-8")

    @property
    def policies(self) -> tuple[Path, ...]:
        """The policies that it knew."""
        return tuple(sorted((self.folder / "policies").glob("*.toml")))

    def dump(self, dialect: str) -> str:
        """A database as SQL."""
        return gzip.decompress((self.folder / f"{dialect}.sql.gz").read_bytes()).decode()

    def posts(self, dialect: str) -> list[Post]:
        """What its service posted and was answered, oldest first."""
        return [Post(**fields) for fields in self.packed("posts")[dialect]]

    def situations(self, dialect: str) -> tuple[Path, ...]:
        """The recorded payloads of Slack, a file each."""
        return tuple(sorted((self.folder / "payloads" / dialect).glob("*.json")))

    def packed(self, name: str) -> Any:
        """The JSON in `NAME.json.gz`."""
        return json.loads(gzip.decompress((self.folder / f"{name}.json.gz").read_bytes()))

    @property
    def callbacks(self) -> list[JsonObject]:
        """A callback of each kind, as it was delivered."""
        kept: list[JsonObject] = json.loads((self.folder / "callbacks.json").read_text(encoding="utf-8"))
        return kept

    @cached_property
    def _facts(self) -> JsonObject:
        kept: JsonObject = json.loads((self.folder / "recorded.json").read_text(encoding="utf-8"))
        return kept


VERSIONS = tuple(Version(path.parent) for path in sorted(FOLDER.glob("v*/recorded.json")))
"""All of them, oldest first."""


def situation(path: Path) -> JsonObject:
    """A recorded payload with its name and its effect."""
    kept: JsonObject = json.loads(path.read_text(encoding="utf-8"))
    return kept
