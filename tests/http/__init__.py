"""Tests of the webhook API, through a real server on loopback."""
