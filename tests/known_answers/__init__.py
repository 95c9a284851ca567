"""Numbers checked against published answers and a second library."""
