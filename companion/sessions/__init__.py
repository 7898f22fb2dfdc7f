"""The journal: every event of every session in one SQLite file, as it happens."""
