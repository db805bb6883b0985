"""Folds ticks of an underlying asset into the last two minutes and into one-minute bars."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import datetime, timedelta

from bayse_agent.domain.forecast import Underlying
from bayse_agent.domain.market import Bar, Tick

_RECENT = timedelta(seconds=120)
_MINUTE = timedelta(minutes=1)
_BARS_MAX = 24 * 60


class AssetHistory:
    """What is known of one asset. Ticks must come with a later source time than the last one."""

    def __init__(self, first: Tick) -> None:
        self._last = first
        self._recent: deque[Tick] = deque([first])
        self._bars: deque[Bar] = deque(maxlen=_BARS_MAX)
        self._open = _bar_of(first)

    def add(self, tick: Tick) -> bool:
        """Take a tick in. False for one that is no newer than the last: it is passed over."""
        if tick.at <= self._last.at:
            return False
        self._last = tick
        if _second(self._recent[-1].at) == _second(tick.at):
            self._recent.pop()
        self._recent.append(tick)
        while tick.at - self._recent[0].at > _RECENT:
            self._recent.popleft()
        self._add_to_bars(tick)
        return True

    def underlying(self, now: datetime) -> Underlying:
        """The asset as of `now`. Minutes without a tick have no bar: nothing is made up."""
        closed = [*self._bars, self._open] if self._open.at + _MINUTE <= now else [*self._bars]
        return Underlying(
            last=self._last,
            recent=tuple(self._recent),
            bars=tuple(closed[-_BARS_MAX:]),
        )

    def _add_to_bars(self, tick: Tick) -> None:
        if _minute(tick.at) == self._open.at:
            self._open = replace(
                self._open,
                high=max(self._open.high, tick.price),
                low=min(self._open.low, tick.price),
                close=tick.price,
            )
        else:
            self._bars.append(self._open)
            self._open = _bar_of(tick)


def _bar_of(tick: Tick) -> Bar:
    price = tick.price
    return Bar(at=_minute(tick.at), open=price, high=price, low=price, close=price)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
