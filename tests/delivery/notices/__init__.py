"""Tests of `bot/delivery/notices`."""
