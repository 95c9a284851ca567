"""The doctor's checks, against the local Slack with faults."""
