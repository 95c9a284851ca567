"""Digests: when one is due, what it says, and how it is kept and read again."""
