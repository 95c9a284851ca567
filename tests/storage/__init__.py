"""Tests of storage, each on SQLite and PostgreSQL."""
