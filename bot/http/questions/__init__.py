"""The answers that services post and receive, for each question that a task may ask."""
