"""Numbers about models and experts: the only home of numpy, scipy and scikit-learn."""
