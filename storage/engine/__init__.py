"""The database: its connections, transactions, locks, schema, and why it does not answer."""
