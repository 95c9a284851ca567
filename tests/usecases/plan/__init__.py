"""Tests of `bot/usecases/plan`."""
