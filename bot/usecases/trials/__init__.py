"""Cases that are put in to learn how people answer: announced before, then put in."""
