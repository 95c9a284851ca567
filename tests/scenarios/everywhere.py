"""Marks a story that has to hold over both transports and on both databases."""

import pytest

everywhere = pytest.mark.parametrize(
    "world", ["socket-sqlite", "socket-postgresql", "http-sqlite", "http-postgresql"], indirect=True
)
