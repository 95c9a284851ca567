"""What could not be shown or delivered: told, explained, and tried again after a repair."""
