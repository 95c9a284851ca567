"""Tests of `bot/delivery/digest`."""
