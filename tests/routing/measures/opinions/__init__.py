"""Tests of routing.measures.opinions."""
