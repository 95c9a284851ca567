"""What is measured anew as labels arrive: calibrators, drift, profiles."""
