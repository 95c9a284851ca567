"""The demo does what it shows."""
