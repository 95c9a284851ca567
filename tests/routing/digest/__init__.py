"""Tests of `routing/digest`."""
