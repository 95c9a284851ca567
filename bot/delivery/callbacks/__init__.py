"""Decisions sent back to services: signed, retried, in order per case."""
