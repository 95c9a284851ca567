"""Tests of `routing/measures/estimation`."""
