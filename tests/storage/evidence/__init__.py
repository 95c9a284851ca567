"""Tests of `storage/evidence`."""
