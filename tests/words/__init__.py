"""Numbers, codes and findings in words."""
