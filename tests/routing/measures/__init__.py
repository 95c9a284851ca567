"""Tests of `routing/measures`."""
