"""In which cases' messages a person's name is shown: where they answered, passed or objected, or have to."""

from collections.abc import Iterable

import sqlalchemy as sa

from routing.label import ExpertId
from storage.engine.database import Transaction
from storage.tables import abstentions, cases, contests, labels


def of_people(tx: Transaction, people: Iterable[ExpertId], limit: int) -> set[str]:
    """The ids of these people's latest cases, at most `limit` of each kind for each."""
    queries = [query for expert in people for query in _queries(expert, limit)]
    return {case_id for query in queries for case_id in tx.execute(query).scalars()}


def _queries(expert: ExpertId, limit: int) -> tuple[sa.Select[str], ...]:
    is_assigned = (cases.c.assigned_team_id == expert.team_id, cases.c.assigned_user_id == expert.user_id)
    return (
        *(
            sa.select(table.c.case_id)
            .where(table.c.team_id == expert.team_id, table.c.user_id == expert.user_id)
            .order_by(table.c.row_id.desc())
            .limit(limit)
            for table in (labels, abstentions, contests)
        ),
        sa.select(cases.c.case_id).where(cases.c.is_open, *is_assigned).limit(limit),
    )
