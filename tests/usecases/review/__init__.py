"""Tests of `bot/usecases/review`."""
