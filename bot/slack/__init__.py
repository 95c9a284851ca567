"""Slack's side of the edge: payloads in, messages and modals out."""
