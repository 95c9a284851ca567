"""What a task may ask: a module for each question, behind one interface."""
