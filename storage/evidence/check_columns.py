"""Columns of predictions: the chance of a second opinion, whether one was drawn, and what was said first."""

import sqlalchemy as sa

from storage.tables import labels, predictions

_first, _latest = labels.alias("first_label"), labels.alias("latest_label")
_OF_CASE = predictions.c.case_id
_FIRST_PERSON = (
    sa.select(_first.c.user_id)
    .where(_first.c.case_id == _OF_CASE, _first.c.withdrawn_at.is_(None))
    .order_by(_first.c.row_id)
    .limit(1)
    .correlate(predictions)
    .scalar_subquery()
)
# A correction keeps its place: the first person's answer, as it is now.
_FIRST_ANSWER = (
    sa.select(_latest.c.label)
    .where(
        _latest.c.case_id == _OF_CASE,
        _latest.c.withdrawn_at.is_(None),
        _latest.c.user_id == _FIRST_PERSON,
    )
    .order_by(_latest.c.round.desc(), _latest.c.row_id.desc())
    .limit(1)
    .correlate(predictions)
    .scalar_subquery()
)
CHECK_CHANCE = sa.func.coalesce(predictions.c.second_opinion_chance, 0.0)
"""The chance with which the case was to get a second opinion; 0 where its tier asked for none."""
# By the prediction's quorum, which stays that of the opening: the case's own rises when somebody objects.
IS_DRAWN = predictions.c.second_opinion_chance.is_not(None) & (predictions.c.quorum > 1)
"""Whether chance gave it one."""
IS_CLAIM = sa.case(
    # Others have a single answer, or are no audits: what was said first is what was decided.
    (IS_DRAWN | predictions.c.is_audit, sa.func.coalesce(predictions.c.label != _FIRST_ANSWER, sa.false())),
    else_=sa.false(),
)
"""Whether the first answer is not the model's, for cases that may have another."""
CHECKS = (CHECK_CHANCE, IS_DRAWN, IS_CLAIM)
