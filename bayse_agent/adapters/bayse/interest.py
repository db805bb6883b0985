"""Remembers what is asked for again and again, and forgets what nobody asks for any more."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Interest(Generic[K]):
    """The last two times that each thing was asked for, of the `most` that were asked for last."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._asks: dict[K, tuple[datetime, datetime | None]] = {}

    def __len__(self) -> int:
        return len(self._asks)

    def __contains__(self, key: K) -> bool:
        return key in self._asks

    def ask(self, key: K, now: datetime) -> None:
        """Somebody asks for it."""
        known = self._asks.pop(key, None)
        self._asks[key] = (now, None if known is None else known[0])
        while len(self._asks) > self._most:
            del self._asks[next(iter(self._asks))]

    def is_repeated(self, key: K, now: datetime, within: timedelta) -> bool:
        """Whether it was asked for twice in that time."""
        known = self._asks.get(key)
        return known is not None and known[1] is not None and now - known[1] <= within

    def repeated(self, now: datetime, within: timedelta) -> list[K]:
        """What was asked for twice in that time, the last first."""
        return [key for key in reversed(self._asks) if self.is_repeated(key, now, within)]

    def forget(self, now: datetime, after: timedelta) -> list[K]:
        """Forget what nobody asked for in that time; returns it."""
        old = [key for key, (last, _) in self._asks.items() if now - last > after]
        for key in old:
            del self._asks[key]
        return old
