"""The revisions of the schema, one file each under `versions/`, oldest first."""
