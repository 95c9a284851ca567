"""Tests of `routing/policy`."""
