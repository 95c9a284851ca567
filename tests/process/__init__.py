"""Tests of `bot/process`."""
