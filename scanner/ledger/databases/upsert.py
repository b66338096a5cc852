"""INSERT … ON CONFLICT, written once for SQLite and PostgreSQL.

SQLAlchemy has a form of it for each. PostgreSQL's is written down alike on both; SQLite's cannot be on PostgreSQL.
"""

from sqlalchemy.dialects.postgresql import Insert, insert

Upsert = Insert
upsert = insert

__all__ = ["Upsert", "upsert"]
