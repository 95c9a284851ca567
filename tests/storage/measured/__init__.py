"""Tests of `storage/measured`."""
