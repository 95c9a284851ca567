"""Tests of `bot/delivery/sender`."""
