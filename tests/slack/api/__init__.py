"""Tests of `bot/slack/api`."""
