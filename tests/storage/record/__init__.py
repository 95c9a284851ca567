"""Tests of `storage/record`."""
