"""The language and the rules: frozen values and plain functions, no I/O and no async."""
