"""The running process: wiring, ticks, servers and connections."""
