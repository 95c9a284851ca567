"""The commands, a module per noun; each imports only what it needs."""
