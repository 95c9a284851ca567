"""Where predictions come from, as conditions: what counts in numbers, and what services hear of."""

import sqlalchemy as sa

from routing.prediction import POSTED_ORIGINS, Origin
from storage.tables import predictions

ORIGIN: sa.ColumnElement[str] = sa.func.coalesce(predictions.c.origin, predictions.c.kind)
"""Where a prediction comes from; version 0.1 writes `kind` alone, and may still run beside this version."""
IS_PRODUCTION = ORIGIN == Origin.PRODUCTION.value  # noqa: SIM300 - a column
"""What counts in numbers about traffic and about the model; all evidence is read through it."""
IS_POSTED = ORIGIN.in_([origin.value for origin in POSTED_ORIGINS])
"""What a service posted, and may hear of; the rest was put in here."""
