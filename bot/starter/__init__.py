"""What `secondlook init` writes: templates of a policy, an env file, the Slack manifest and a first case."""
