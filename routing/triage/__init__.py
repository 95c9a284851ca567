"""What becomes of a prediction: its tier, whether it passes or is reviewed, and why."""
