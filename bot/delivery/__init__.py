"""The only callers of the network: Slack messages, notices, digests and callbacks."""
