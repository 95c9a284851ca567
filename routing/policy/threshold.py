"""From where on a tier accepts: a threshold, a promise that a threshold has to be certified for, or never."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, PrivateAttr, Tag, model_validator

from routing.cell import Cell, cells
from routing.evidence.promise import Promise
from routing.section import Section


class CertifiedThreshold(Section):
    """What a tier promises instead of naming a threshold: at most this share of errors, and how surely.

    Of the predictions it accepts, at most `error` are wrong; that is shown with `confidence`, or nothing is
    accepted. `slices` ("name=value", all of one name) may have thresholds of their own where that accepts
    more: then each of them, and what is in none of them, keeps the promise, all at once with `confidence`.
    """

    error: float = Field(strict=True, gt=0, lt=0.5)
    confidence: float = Field(strict=True, ge=0.5, lt=1)
    slices: tuple[str, ...] = Field(default=(), max_length=20)
    _cells: tuple[Cell, ...] = PrivateAttr(default=())
    _by_value: dict[str, Cell] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _divides_into_cells(self) -> "CertifiedThreshold":
        self._cells = cells(self.slices)
        self._by_value = {cell.values[0]: cell for cell in self._cells if not cell.is_rest}
        return self

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The parts of the traffic that may have thresholds of their own; none where no slices are named."""
        return self._cells

    def cell_of(self, slices: Mapping[str, str]) -> Cell | None:
        """The cell of a prediction with these slices; None where no slices are named."""
        if not self._cells:
            return None
        rest = self._cells[-1]
        return self._by_value.get(slices.get(rest.name, ""), rest)

    @property
    def promise(self) -> Promise:
        """What is promised."""
        return Promise(self.error, self.confidence)


def _kind_of_threshold(value: object) -> str:
    if isinstance(value, Mapping | CertifiedThreshold):
        return "promise"
    return "words" if isinstance(value, str) else "threshold"


Acceptance = Annotated[
    Annotated[float, Tag("threshold")]
    | Annotated[Literal["always_review"], Tag("words")]
    | Annotated[CertifiedThreshold, Tag("promise")],
    Discriminator(_kind_of_threshold),
]
