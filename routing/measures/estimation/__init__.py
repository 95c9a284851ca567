"""The model's error over all traffic, from the labels of what was drawn for review."""
