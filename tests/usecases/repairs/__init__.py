"""Tests of `bot/usecases/repairs`."""
