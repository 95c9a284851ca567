"""Tells whoever answered a planted case what it was, right after: nobody else, and once."""

from bot.usecases.outgoing import Notice, Occasion, Place
from bot.usecases.review.access import Sitting
from bot.usecases.review.announce import notify
from routing.label import Label
from routing.prediction import Origin
from storage.trials import draws


def reveal(sitting: Sitting, label: Label) -> None:
    """Queue the words for the person who gave this answer, where the case was planted."""
    submission, case_id = sitting.case.submission, label.case_id
    if submission.origin is not Origin.PLANTED:
        return
    key = draws.answer_of(sitting.tx, case_id) or ""
    user_id = label.expert.user_id
    title = sitting.task.title
    shown = title(submission.prediction.label)
    outcome = (
        "You saw it."
        if label.label != submission.prediction.label
        else f"You answered {shown}, too: that happens to everybody, and nobody else learns of it."
    )
    note = (
        f"The model's answer, {shown}, was made wrong on purpose; what was decided before is {title(key)}. "
        f"{outcome} What you answered is carried out nowhere."
    )
    notice = Notice(Occasion.REVEAL, Place.DM, (case_id,), (user_id,), note=note)
    notify(sitting, notice, f"reveal:{case_id}:{user_id}")
