"""Tests of `storage/engine`."""
