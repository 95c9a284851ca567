"""Tests of `bot/usecases/lead`."""
