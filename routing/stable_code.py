"""A stable code for the wire and for storage; its words stand in the edge."""

from enum import StrEnum


class Code(StrEnum):
    """Codes of a kind. A code that only a newer version knows is kept as it is.

    It equals no member and is not in the kind's list, so whoever asks for a member passes
    it over, and whoever shows it shows the code itself.
    """

    @classmethod
    def _missing_(cls, value: object) -> "Code | None":
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = unknown._value_ = value
        return unknown
