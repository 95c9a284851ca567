"""Tests of `bot/delivery/history`."""
