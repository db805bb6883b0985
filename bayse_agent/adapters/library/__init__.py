"""The library: articles remembered by meaning, in the database of the books."""
