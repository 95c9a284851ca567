"""Tests of `routing/thread_reply`."""
