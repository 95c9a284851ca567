"""Pictures that came with cases: their bytes until Slack shows them, the file's id ever after."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.sql.upserts import ensure
from storage.tables import images


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A picture's bytes (none once Slack shows it) and, once uploaded, its id in Slack."""

    image_id: str
    media_type: str
    content: bytes
    slack_file_id: str | None = None


def add_many(tx: Transaction, new: Sequence[tuple[str, str, bytes]]) -> None:
    """Store `(image_id, media_type, bytes)`; a picture that is there stays."""
    names = ("image_id", "media_type", "content")
    ensure(tx, images, [dict(zip(names, image, strict=True)) for image in new])


def get(tx: Transaction, image_id: str) -> StoredImage | None:
    """The picture."""
    row = tx.execute(sa.select(images).where(images.c.image_id == image_id)).one_or_none()
    return None if row is None else StoredImage(row.image_id, row.media_type, row.content, row.slack_file_id)


def set_slack_file(tx: Transaction, image_id: str, slack_file_id: str) -> bool:
    """Note that Slack has it; False when there is no such picture."""
    update = sa.update(images).where(images.c.image_id == image_id)
    return tx.execute(update.values(slack_file_id=slack_file_id)).rowcount == 1


def replace(tx: Transaction, image: StoredImage) -> bool:
    """Keep other bytes of the picture, which Slack does not have yet; False when there is no such picture."""
    update = sa.update(images).where(images.c.image_id == image.image_id)
    values = {"media_type": image.media_type, "content": image.content, "slack_file_id": image.slack_file_id}
    return tx.execute(update.values(values)).rowcount == 1


def drop_content(tx: Transaction, image_id: str) -> bool:
    """Forget the bytes of a picture that Slack has; False when there are none, or Slack has it not."""
    is_kept = (images.c.image_id == image_id) & (images.c.content != b"")
    # Only what Slack has: without file and bytes the message could never be posted again.
    update = sa.update(images).where(is_kept, images.c.slack_file_id.is_not(None))
    return tx.execute(update.values(content=b"")).rowcount == 1
