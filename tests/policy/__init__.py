"""Tests of `bot/policy`."""
