"""How people write: the text of a reply, the spellings of labels, and the words that tell replies apart."""
