"""Bayse, the real venue: HTTP, websockets and their wire format."""
