"""Tests of `routing/evidence`."""
