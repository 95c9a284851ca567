"""Tests of `routing/measures/texts`."""
