"""The webhook API: translates between HTTP and the use cases."""
