"""The local exchange: a deterministic state machine of accounts, books, pools and settlements.

Pure: no async, no clock of its own, no randomness. `exchange.py` is its face.
"""
