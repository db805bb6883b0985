"""Looks whether everything that an agent needs is there and works, and says what to do if not."""
