"""Tests of routing.measures.expertise."""
