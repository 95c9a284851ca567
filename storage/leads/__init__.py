"""What leads read and ask for: digests as they were made, muted findings."""
