"""Tests of `bot/usecases/deadlines`."""
