"""Tests of `routing/case`."""
