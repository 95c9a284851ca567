"""Tests of `bot/usecases/digest`."""
