"""Where the ledger's transactions run: one port, SQLite and PostgreSQL behind it, and who holds which office."""
