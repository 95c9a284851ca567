"""A stable code for the wire and for storage; how it is said stands in the edge's words."""

from enum import StrEnum

__all__ = ["Code"]


class Code(StrEnum):
    """Codes of one kind. One that this version does not know, but a newer one wrote, is kept as it is.

    It equals none of the known codes and is none of the kind's list, so whoever asks for a known one passes
    it over, and whoever shows it shows the code itself.
    """

    @classmethod
    def _missing_(cls, value: object) -> "Code | None":
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = unknown._value_ = value
        return unknown
