"""What every sender shares: claims, attempts, back-off, Slack's health and pace."""
