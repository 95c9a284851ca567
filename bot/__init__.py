"""The edge: talks to services, to Slack and to the clock, and holds the use cases."""
