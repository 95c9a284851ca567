"""What happened in Slack while nobody listened, read page by page."""
