"""Shares that a paper account has taken off the real venue's display, which still shows them.

No displayed share is ever sold to the account twice, as far as sizes can tell: what was taken stays
taken while the level shows as much as before; new shares at the level can be taken; when a level
shrinks, what was at the front of its queue left first, and that is what the account had taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from bayse_agent.simulation.exchange.units import TICKS
from bayse_agent.simulation.paper.seen import Rung, SeenBook

Key = tuple[int, bool, int]
"""(outcome, whether it is an ask, tick in the outcome's own terms)."""


@dataclass(slots=True)
class _Level:
    """`shown` is what the level displayed last; None while it was only seen from the other side."""

    shown: int | None
    micro: int


class Taken:
    """What was taken of one market's display, in one currency."""

    def __init__(self) -> None:
        self._levels: dict[Key, _Level] = {}
        self._displayed: dict[Key, int] = {}

    def free(self, book: SeenBook) -> SeenBook:
        """A book as it is now displayed, without what was taken from it."""
        self._displayed = {
            (book.outcome, is_ask, tick): micro
            for is_ask, rungs in ((False, book.bids), (True, book.asks))
            for tick, micro in rungs
        }
        return SeenBook(
            outcome=book.outcome,
            currency=book.currency,
            bids=self._side(book.outcome, False, book.bids, is_whole=book.bids_are_whole),
            asks=self._side(book.outcome, True, book.asks, is_whole=book.asks_are_whole),
            bids_are_whole=book.bids_are_whole,
            asks_are_whole=book.asks_are_whole,
        )

    def take(self, key: Key, micro: int) -> None:
        """Note shares that were taken.

        A share bid for one outcome is a share asked of the other: it is gone from both.
        """
        outcome, is_ask, tick = key
        mirrored = (1 - outcome, not is_ask, TICKS - tick)
        for one, shown in ((key, self._displayed.get(key)), (mirrored, None)):
            level = self._levels.setdefault(one, _Level(shown, 0))
            level.micro += micro

    def marks(self) -> tuple[tuple[Key, int | None, int], ...]:
        """Everything that is noted, to see whether it has changed."""
        return tuple((key, level.shown, level.micro) for key, level in self._levels.items())

    def _side(
        self, outcome: int, is_ask: bool, rungs: tuple[Rung, ...], *, is_whole: bool
    ) -> tuple[Rung, ...]:
        displayed = dict(rungs)
        last = rungs[-1][0] if rungs and not is_whole else None
        for key in [key for key in self._levels if key[:2] == (outcome, is_ask)]:
            shown = displayed.get(key[2])
            if shown is not None:
                self._see(key, shown)
            elif last is None or (key[2] < last) is is_ask:
                del self._levels[key]
        return tuple(
            (tick, micro - self._gone((outcome, is_ask, tick)))
            for tick, micro in rungs
            if micro > self._gone((outcome, is_ask, tick))
        )

    def _gone(self, key: Key) -> int:
        level = self._levels.get(key)
        return 0 if level is None else level.micro

    def _see(self, key: Key, shown: int) -> None:
        level = self._levels[key]
        if level.shown is not None and shown < level.shown:
            level.micro = max(0, level.micro - (level.shown - shown))
        level.shown, level.micro = shown, min(level.micro, shown)
        if not level.micro:
            del self._levels[key]
