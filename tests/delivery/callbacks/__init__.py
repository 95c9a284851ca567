"""Tests of `bot/delivery/callbacks`."""
