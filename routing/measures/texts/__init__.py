"""What experts say: themes, their words, and decisions that contradict each other."""
