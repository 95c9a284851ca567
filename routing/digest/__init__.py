"""The weekly digest: its facts, rows and first sentences."""
