"""The venue's JSON, read into domain values and written from them."""
