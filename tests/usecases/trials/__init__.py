"""Tests of `bot/usecases/trials`."""
