"""Tests of `bot/usecases/thresholds`."""
