"""What changed in a task's traffic against a reference, and what makes an input novel."""
