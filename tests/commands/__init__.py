"""The command line, through click's runner with real files."""
