"""What a task may ask: one module a question, behind one interface."""
