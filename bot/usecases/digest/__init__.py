"""Digests: when they are due, what they say, and how they are kept and read again."""
