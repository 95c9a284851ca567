"""Tests of `bot/slack/hear`."""
