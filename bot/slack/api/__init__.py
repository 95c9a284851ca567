"""What is asked of Slack, and the ways it says no."""
