"""What was measured and is kept: calibrators, certificates, alarms, profiles, audit shares."""
