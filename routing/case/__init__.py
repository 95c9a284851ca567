"""The case: its values and transitions, what its answers amount to, and who may answer by when."""
