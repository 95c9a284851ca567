"""What measures and digests rest on, read from predictions and decisions."""
