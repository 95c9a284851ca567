"""Tests of `routing/measures/certification`."""
