"""What an expert's answers are worth: skill, steadiness, anchoring."""
