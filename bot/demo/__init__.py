"""A real model, real data and simulated experts over the local Slack, to see the loop run."""
