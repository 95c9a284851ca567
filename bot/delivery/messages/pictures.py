"""Pictures that came as bytes: uploaded to Slack once, then shown by their file id and kept no longer."""

from dataclasses import dataclass

import structlog

from bot.delivery.sender.picture_conversion import PNG, TAKEN, to_png
from bot.slack.api.gateway import SlackGateway
from bot.usecases.context import Context
from routing.case.case import Case
from storage.cases import images
from storage.cases.images import StoredImage
from storage.engine.database import Transaction

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pictures:
    """Finds or makes the Slack file of a case's picture."""

    ctx: Context
    gateway: SlackGateway

    def file_of(self, case: Case) -> str | None:
        """The Slack file that shows the case's picture; None if it has none or shows a public link."""
        image = case.submission.input.image
        if image is None or image.image_id is None:
            return None
        with self.ctx.database.read() as tx:
            stored = images.get(tx, image.image_id)
        if stored is None:
            return None
        # First: a file that an earlier version uploaded in such a format has an id, and Slack never shows it.
        if stored.content and stored.media_type not in TAKEN:
            stored = self._turned(stored)
        elif stored.slack_file_id is not None:
            return stored.slack_file_id
        name = f"input.{stored.media_type.rsplit('/', 1)[-1]}"
        file_id = self.gateway.upload_image(stored.content, name, image.alt_text)
        with self.ctx.database.write() as tx:
            images.set_slack_file(tx, image.image_id, file_id)
        log.info("picture.uploaded", case=case.case_id, file=file_id)
        return file_id

    def _turned(self, stored: StoredImage) -> StoredImage:
        """The picture in a format that Slack shows; an earlier version uploaded it as it was."""
        turned = StoredImage(stored.image_id, PNG, to_png(stored.content))
        with self.ctx.database.write() as tx:
            images.replace(tx, turned)
        return turned

    def let_go(self, tx: Transaction, case: Case) -> None:
        """Keep no bytes of the case's picture: Slack shows its file."""
        image = case.submission.input.image
        if image is not None and image.image_id is not None:
            images.drop_content(tx, image.image_id)
