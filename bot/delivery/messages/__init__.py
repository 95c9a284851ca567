"""The messages of cases: posted and updated as images of their rows."""
