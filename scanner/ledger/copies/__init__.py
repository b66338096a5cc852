"""Whole ledgers: a backup beside a service, a move to another database, and a file made as small as can be."""
