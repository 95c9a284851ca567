"""Tests of `routing/measures/drift`."""
