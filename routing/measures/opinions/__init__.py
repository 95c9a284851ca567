"""What several experts say of the same cases: agreement, and what their answers amount to."""
