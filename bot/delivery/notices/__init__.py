"""Notices and news: where they go and what they say."""
