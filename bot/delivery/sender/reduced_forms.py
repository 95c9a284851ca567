"""In which form a message is tried next, after Slack did not take it as it was."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.sender.durations import Tempo
from bot.delivery.sender.picture_conversion import PictureUnreadable
from bot.slack.api.gateway import OverLimits, SlackPermanent
from bot.slack.api.refusals import Recast
from bot.slack.blocks.message import FORMS, Form
from storage.delivery.projection_state import Shape

_LOWEST = {
    Recast.PICTURE: Form.WITHOUT_PICTURE,
    Recast.BLOCKS: Form.WITHOUT_PICTURE,
    Recast.LENGTH: Form.TEXT,
    Recast.METADATA: Form.BARE,
}
Untaken = SlackPermanent | OverLimits | PictureUnreadable
"""Why a form of a message is not taken."""
_OURS = {OverLimits: Recast.BLOCKS, PictureUnreadable: Recast.PICTURE}


@dataclass(frozen=True, slots=True)
class Try:
    """The shape to send next, after a wait in real time."""

    shape: Shape
    wait: timedelta


def form_of(shape: Shape) -> Form:
    """The form that Slack took last."""
    return Form(shape.form) if shape.form else Form.WHOLE


def next_form(shape: Shape, now: datetime, tempo: Tempo) -> Form:
    """The form to send: a picture that was given up is tried once more, some time later."""
    form, most = form_of(shape), tempo.picture.most_tries
    is_time = shape.formed_at is not None and now >= shape.formed_at + tempo.stretched(tempo.picture_in)
    return Form.WHOLE if form is Form.WITHOUT_PICTURE and shape.refusals == most and is_time else form


def after(error: Untaken, tried: Form, shape: Shape, now: datetime, tempo: Tempo) -> Try | None:
    """What to try after the refusal of form `tried`; None where no other form may be taken."""
    recast = error.refusal.recast if isinstance(error, SlackPermanent) else _OURS[type(error)]
    if recast not in _LOWEST or tried is FORMS[-1]:
        return None
    is_picture = isinstance(error, SlackPermanent) and error.is_about_picture and tried is Form.WHOLE
    refusals, most = shape.refusals + 1, tempo.picture.most_tries
    if is_picture and recast is Recast.BLOCKS and refusals < most:
        return Try(Shape(shape.form, refusals), tempo.picture.wait(refusals, lambda: 0.0))
    lower = max(FORMS.index(tried) + 1, FORMS.index(_LOWEST[recast]))
    kept = max(refusals, most) if is_picture else most + 1
    return Try(Shape(FORMS[lower].value, kept, now), timedelta(0))
