"""Digests as messages: headlines, picture, and details in the thread."""
