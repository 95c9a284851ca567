"""The controls of each question that a task may ask."""
