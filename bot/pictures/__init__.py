"""Pictures for digests and plans, and what they show in words."""
