"""The agent's books on disk: SQLite by default, PostgreSQL by choice. All SQL lives here."""
