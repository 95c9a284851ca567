"""How the schema came about, step by step; the same steps on both dialects."""
