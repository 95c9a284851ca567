"""What Slack sends, checked and translated into what experts and leads want."""
