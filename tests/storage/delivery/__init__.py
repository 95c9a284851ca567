"""Tests of `storage/delivery`."""
