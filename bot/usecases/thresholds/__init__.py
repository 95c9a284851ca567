"""Certified thresholds: attempted, granted, watched and taken back; and what is in force."""
