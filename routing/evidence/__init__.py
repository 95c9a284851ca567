"""What was measured, as values without numpy: promises, estimates, alarms, calibrators, plans."""
