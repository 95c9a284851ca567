"""Thresholds with a promise: their tests, bounds, and whether a promise still holds."""
