"""The yardstick: a bare FastAPI handler that verifies, validates and commits one row to the same database."""

from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from pydantic import BaseModel
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from bot.http.posted_case import PostedCase
from bot.ids import new_id
from storage.engine.database import Database
from tests.http.shop import SECRETS

rows = sa.Table(
    "bare",
    sa.MetaData(),
    sa.Column("row_id", sa.Integer(), primary_key=True),
    sa.Column("case_id", sa.Text(), unique=True),
    sa.Column("external_id", sa.Text(), unique=True),
    sa.Column("body", sa.Text()),
)


class Taken(BaseModel):
    """The yardstick's answer."""

    case_id: str


def build_bare(database: Database) -> FastAPI:
    """The yardstick, with its one table."""
    with database.write() as tx:
        rows.create(tx)
    app = FastAPI()
    webhook = Webhook(SECRETS["SHOP_SECRET"])

    async def raw_body(request: Request) -> bytes:
        return await request.body()

    @app.post("/v1/cases", status_code=202)
    def post(
        case: PostedCase,
        body: Annotated[bytes, Depends(raw_body)],
        webhook_id: Annotated[str, Header()],
        webhook_timestamp: Annotated[str, Header()],
        webhook_signature: Annotated[str, Header()],
    ) -> Taken:
        headers = {
            "webhook-id": webhook_id,
            "webhook-timestamp": webhook_timestamp,
            "webhook-signature": webhook_signature,
        }
        try:
            webhook.verify(body, headers, json_parse=False)
        except WebhookVerificationError:
            raise HTTPException(401) from None
        case_id = new_id("case")
        row = {"case_id": case_id, "external_id": case.external_id, "body": case.model_dump_json()}
        with database.write() as tx:
            tx.execute(sa.insert(rows), row)
        return Taken(case_id=case_id)

    return app
