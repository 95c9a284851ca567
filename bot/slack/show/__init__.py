"""Cases, digests and people as Slack's messages, windows and Home tab."""
