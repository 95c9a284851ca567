"""Predictions, cases, labels, decisions, and what belongs to them."""
