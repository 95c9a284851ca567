"""Tests of `bot/usecases/learning`."""
