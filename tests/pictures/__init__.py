"""Renews the README's pictures from a running demo: `uv run python -m tests.pictures`."""
