"""Plug-ins that price markets: one file each, a class with a `name` and one async method."""
