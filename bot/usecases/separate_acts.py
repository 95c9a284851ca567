"""Does the same for several things, each for itself: what fails for some keeps no other waiting."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def act_on_each(act: Callable[[T], R], things: Iterable[T]) -> list[R]:
    """What `act` returned for each; raises ExceptionGroup at the end with what it raised for some."""
    done: list[R] = []
    errors: list[Exception] = []
    for thing in things:
        try:
            done.append(act(thing))
        except Exception as error:  # noqa: BLE001  raised below, when the others are done
            error.add_note(f"It happened with {thing!r}.")
            errors.append(error)
    if errors:
        raise ExceptionGroup(f"{len(errors)} of {len(errors) + len(done)} failed", errors)
    return done
