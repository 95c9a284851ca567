"""A folder kept in memory: tests make hundreds of databases, and none of them has to outlive the machine."""

import os
import shutil

MEMORY = "/dev/shm"  # noqa: S108 - folders of their own are made in it
ENOUGH = 2 << 30
"""In bytes; containers may have very little."""


def folder() -> str | None:
    """The folder, or None where there is none that is large enough."""
    is_usable = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH
    return MEMORY if is_usable else None
