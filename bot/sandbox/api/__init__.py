"""The local Slack's Web API: a module per family of methods."""
