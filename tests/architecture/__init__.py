"""The dependency rules as failing checks."""
