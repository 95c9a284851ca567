"""Everything that the rendering of a case depends on, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.usecases.review.screen import Screen
from routing.case.case import Case
from routing.label import ExpertId

if TYPE_CHECKING:
    from routing.policy import Task, Tier


@dataclass(frozen=True, slots=True)
class Scene:
    """A case, its task, the moment, the names of people, and the version of the screen that shows it."""

    case: Case
    task: Task
    tier: Tier | None
    now: datetime
    names: Mapping[ExpertId, str]
    version: int
    undo_for: timedelta
    image_file_id: str | None = None
    has_picture: bool = True
    contest_for: timedelta | None = None

    @property
    def screen(self) -> Screen:
        """What the controls of this screen name."""
        return Screen(self.case.case_id, self.version)
