"""The commands, one module per noun; each imports only what it needs."""
