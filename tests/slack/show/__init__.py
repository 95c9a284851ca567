"""Tests of `bot/slack/show`."""
