"""An answer to a task's question, in the form that is stored, counted and compared."""

from dataclasses import dataclass

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered. Two answers are the same if, and only if, their `key` is.

    `content` is the answer as JSON: as services get it and as it is kept.
    """

    key: str
    content: JsonValue
