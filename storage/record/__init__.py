"""The record of who did what: chains of sealed entries, their keys, and their check."""
