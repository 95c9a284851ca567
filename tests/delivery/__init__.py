"""Tests of what calls the network."""
