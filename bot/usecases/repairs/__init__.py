"""What could not be shown or delivered: announced, explained, and tried again after a repair."""
