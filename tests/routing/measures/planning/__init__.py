"""Tests of `routing/measures/planning`."""
