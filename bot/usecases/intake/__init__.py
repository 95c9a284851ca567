"""Takes what services post, routes it, and stores it with its cases."""
