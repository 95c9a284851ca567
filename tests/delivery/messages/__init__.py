"""Tests of `bot/delivery/messages`."""
