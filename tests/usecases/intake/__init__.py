"""Tests of `bot/usecases/intake`."""
