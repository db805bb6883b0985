"""One file a revision; `migrate.py` runs them."""
