"""Cases that are put in to learn how people answer: drawn, made of decided cases, answered."""
