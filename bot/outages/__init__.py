"""Waiting for what does not answer: how long, and who asks."""
