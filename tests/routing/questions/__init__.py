"""Tests of `routing/questions`."""
