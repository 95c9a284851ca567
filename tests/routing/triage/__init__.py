"""Tests of `routing/triage`."""
