"""Tests of `bot/outages`."""
