"""The policy as a file: read, and changed in memory to see what that would do."""
