"""What leads do with a digest's sentences: look closer, ask for audits, mute, try a change."""
