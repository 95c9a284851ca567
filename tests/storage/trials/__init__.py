"""Tests of `storage/trials`."""
