"""The `when` of a tier: read, checked, weighed and evaluated so that nothing is silently false."""
