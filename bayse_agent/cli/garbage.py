"""Keeps the search for garbage from stopping what must be quick."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_AFTER = 50_000
"""Objects made between two searches: what a run keeps lies in few cycles."""
_WHILE_LOADING = 500_000
"""The same while it is loaded: that makes a million objects, and no garbage."""


@contextmanager
def loading() -> Iterator[None]:
    """Search for garbage hardly ever, while next to all that is made stays."""
    usual = gc.get_threshold()
    gc.set_threshold(_WHILE_LOADING)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Leave what was loaded out of every search for garbage, and search less often.

    Enter it once everything is open: a whole search goes through all that was imported, which
    takes tenths of a second.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
