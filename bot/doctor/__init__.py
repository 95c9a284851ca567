"""Checks an installation piece by piece, and says the mend for what is wrong."""
