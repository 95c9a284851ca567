"""Records what a version leaves behind: databases, policies, posts, payloads and numbers."""
