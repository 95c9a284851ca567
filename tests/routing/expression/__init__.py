"""Tests of `routing/expression`."""
