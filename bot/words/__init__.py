"""Numbers and findings in words: Slack, the terminal and pictures say them alike."""
