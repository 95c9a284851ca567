"""The answers that services post and are told, for each question that a task may ask."""
