"""Tests of the deciding core."""
