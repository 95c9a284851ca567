"""What SQL is written with: column types, JSON, and INSERT … ON CONFLICT in each dialect's words."""
