"""What pages and scripts read of the books: queries over a connection that never writes."""
