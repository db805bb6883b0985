"""Plug-ins that turn a forecast into a decision: one file each, a class with a `name`, pure."""
