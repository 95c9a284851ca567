"""Tests of `storage/leads`."""
