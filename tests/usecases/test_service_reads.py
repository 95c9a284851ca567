"""What a service may read of its own cases; the HTTP side is proved in tests/http/test_reading.py."""

import pytest

from bot.usecases.context import Context
from bot.usecases.service_reads import decision_feed, standing, standing_of
from storage.engine.database import Database
from tests.http import shop
from tests.usecases.intake.test_receive import item, post


@pytest.fixture
def ctx(database: Database) -> Context:
    """The world of the use cases, once for each database."""
    return shop.served(database)


@pytest.mark.parametrize(("confidence", "status"), [(0.6, "open"), (0.99, "auto_accepted")])
def test_a_prediction_stands_where_its_case_does(ctx: Context, confidence: float, status: str) -> None:
    (answer,) = shop.answers(ctx, [post(item(confidence=confidence))])
    by_id = standing(ctx, "shop", answer.body["case_id"])
    by_name = standing_of(ctx, "shop", "p")
    assert by_id is not None
    assert (by_id.status, by_id.decision, by_id) == (status, None, by_name)


def test_another_service_sees_nothing(ctx: Context) -> None:
    (answer,) = shop.answers(ctx, [post(item())])
    assert standing(ctx, "bank", answer.body["case_id"]) is None
    assert standing_of(ctx, "bank", "p") is None
    assert standing(ctx, "shop", "case_none") is None


def test_an_empty_feed_keeps_the_cursor(ctx: Context) -> None:
    page = decision_feed(ctx, "shop", after=41, limit=10)
    assert (page.entries, page.next, page.has_more) == ((), 41, False)
