"""Decides: pure values and functions, without input or output."""
