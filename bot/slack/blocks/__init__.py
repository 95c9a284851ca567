"""Slack's blocks and messages as values; nothing here knows a case."""
