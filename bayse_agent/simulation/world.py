"""The pretend world: an exchange, prices, windows, stories and a crowd, moved by one clock.

The same seed and the same writes give the same world, whatever was read in between and however
far time was moved at once.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable
from decimal import Decimal
from enum import IntEnum
from functools import partial
from heapq import heappop, heappush

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Currency, from_statistics
from bayse_agent.simulation.crowd import DEFAULT_EFFICIENCY, Crowd
from bayse_agent.simulation.draws import key_of, resolution_delay_ms
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.lifecycle import ENDED
from bayse_agent.simulation.exchange.listing import EventState, MarketState
from bayse_agent.simulation.exchange.switches import SettlementRule, Switches, TieRule
from bayse_agent.simulation.generator import generated_paths
from bayse_agent.simulation.news import LONGEST_FORESIGHT_MS, NewsItem, reports
from bayse_agent.simulation.opinion import StorySubject, WindowSubject
from bayse_agent.simulation.prices import Prices
from bayse_agent.simulation.series import CATALOGUE, SeriesSpec, window
from bayse_agent.simulation.stories import LONGEST_MS, Story, slots, story
from bayse_agent.simulation.tape import Tape, TapePath

DEFAULT_START_MS = 1_780_304_400_000
"""Monday 1 June 2026, 09:00 UTC."""
STEP_MS = 5_000
"""How often resting orders of users are met by the crowd."""
LONGEST_RESOLUTION_MS = 150_000

_AS_DOCUMENTED = Switches()


class _Rank(IntEnum):
    """What goes first when several things fall on one moment."""

    RESOLVE = 0
    LIST = 1
    OPEN = 2
    STEP = 3
    TAKER = 4


class World:
    """Everything that is pretended.

    `start_ms` is when it begins (a tape decides that for itself). `ends_ms` is the end of the
    tape: what it settles is resolved within LONGEST_RESOLUTION_MS after that. None: no end.
    """

    def __init__(
        self,
        *,
        seed: int,
        start_ms: int = DEFAULT_START_MS,
        switches: Switches = _AS_DOCUMENTED,
        efficiency: float = DEFAULT_EFFICIENCY,
        tape: Tape | None = None,
    ) -> None:
        self.seed = seed
        self.start_ms = start_ms if tape is None else tape.known_until_s * 1000
        self.ends_ms = None if tape is None else tape.ends_s * 1000
        paths = generated_paths(seed, self.start_ms // 1000)
        if tape is not None:
            if tape.symbol not in paths:
                raise ConfigurationError(f"no series settles on the tape's symbol {tape.symbol!r}")
            paths[tape.symbol] = TapePath(tape, seed)
        self.prices = Prices(paths)
        self.exchange = Exchange(start_ms=self.start_ms, switches=switches)
        self.crowd = Crowd(self.exchange, seed=seed, efficiency=efficiency)
        self.exchange.provide(self.crowd)
        self._foresight_ms = round((1 - efficiency) * LONGEST_FORESIGHT_MS)
        self._key = key_of(seed)
        self._timers: list[tuple[int, _Rank, int, Callable[[], None]]] = []
        self._timer_count = 0
        self._news: list[tuple[int, str, NewsItem]] = []
        self._list_first_events()
        self._at(self._next_step_ms(), _Rank.STEP, self._step)

    @property
    def now_ms(self) -> int:
        return self.exchange.now_ms

    def series(self) -> tuple[SeriesSpec, ...]:
        """The series that are listed."""
        return CATALOGUE

    def asset_price(self, symbol: str, at_ms: int) -> tuple[int, Decimal] | None:
        """The last tick of an underlying asset at a moment, as (its time, its price)."""
        if symbol not in self.prices.symbols:
            return None
        second = self.prices.path(symbol).last_second(min(at_ms, self.now_ms) // 1000)
        price = None if second is None else self.prices.price(symbol, second * 1000)
        return None if second is None or price is None else (second * 1000, price)

    def price_history(
        self, market: MarketState, outcome: int, currency: Currency, since_ms: int, step_ms: int
    ) -> list[tuple[int, Decimal | None]]:
        """(time, price) of an outcome every `step_ms` up to now, oldest first; None before any.

        The crowd believes the same in both currencies.
        """
        first = -(-since_ms // step_ms) * step_ms
        return [
            (at_ms, None if chance is None else _shown(chance, outcome))
            for at_ms, chance in self.crowd.history(market, first, self.now_ms, step_ms)
        ]

    def advance(self, to_ms: int) -> None:
        """Move time on; everything that falls due happens at its own moment. Never goes back."""
        timers = self._timers
        while timers and timers[0][0] <= to_ms:
            at_ms, _, _, act = heappop(timers)
            self.exchange.advance(at_ms)
            act()
        self.exchange.advance(to_ms)

    def news(self, since_ms: int, until_ms: int) -> tuple[NewsItem, ...]:
        """What was published after one moment and up to another, oldest first; never the future."""
        first = bisect_right(self._news, since_ms, key=_published)
        last = bisect_right(self._news, min(until_ms, self.now_ms), key=_published)
        return tuple(item for _, _, item in self._news[first:last])

    def _at(self, at_ms: int, rank: _Rank, act: Callable[[], None]) -> None:
        self._timer_count += 1
        heappush(self._timers, (at_ms, rank, self._timer_count, act))

    def _next_step_ms(self) -> int:
        return self.now_ms // STEP_MS * STEP_MS + STEP_MS

    def _step(self) -> None:
        self.crowd.step()
        self._at(self._next_step_ms(), _Rank.STEP, self._step)

    # -- what is there at the start ----------------------------------------------------------

    def _list_first_events(self) -> None:
        """List what is open or announced when the world begins, oldest first."""
        start = self.start_ms
        first: list[tuple[int, str, Callable[[], None]]] = []
        for series in CATALOGUE:
            opening = series.opening_at_or_before(start)
            for opens_ms in (opening, opening + series.interval_ms):
                created_ms = opens_ms - series.interval_ms
                listing = partial(self._list_window, series, opens_ms)
                first.append((created_ms, series.slug, listing))
            next_listing = opening + series.interval_ms
            self._at(next_listing, _Rank.LIST, partial(self._list_next, series, next_listing))
        next_slot = 0
        for slot in slots(start - LONGEST_MS, start):
            told = story(self.seed, slot)
            if told.spec.opens_ms > start:
                break
            next_slot = slot + 1
            if told.spec.closes_ms > start:
                spec = told.spec
                first.append((spec.created_ms, spec.slug, partial(self._open_story, told)))
        for _, _, act in sorted(first, key=_when_and_name):
            act()
        self._await_story(next_slot)

    # -- windows -----------------------------------------------------------------------------

    def _list_next(self, series: SeriesSpec, listing_ms: int) -> None:
        """List the window after the one that opens now, and come back when that one opens."""
        following = listing_ms + series.interval_ms
        self._list_window(series, following)
        self._at(following, _Rank.LIST, partial(self._list_next, series, following))

    def _list_window(self, series: SeriesSpec, opens_ms: int) -> None:
        spec = window(series, opens_ms, self.exchange.switches)
        if not series.trades(opens_ms) or not self._can_settle(series, opens_ms, spec.closes_ms):
            return
        event = self.exchange.list_event(spec)
        act = partial(self._open_window, series, event)
        if opens_ms <= self.now_ms:
            act()
        else:
            self._at(opens_ms, _Rank.OPEN, act)

    def _can_settle(self, series: SeriesSpec, opens_ms: int, closes_ms: int) -> bool:
        """Whether the symbol's path reaches from the open to the close: a tape may not."""
        path = self.prices.path(series.symbol)
        return path.begins_s * 1000 <= opens_ms and (
            path.ends_s is None or closes_ms <= path.ends_s * 1000
        )

    def _open_window(self, series: SeriesSpec, event: EventState) -> None:
        """Publish the reference value, and let the crowd in."""
        spec = event.spec
        threshold = self.prices.last_price(series.symbol, spec.opens_ms)
        if threshold is None:
            return
        self.exchange.set_threshold(event, threshold)
        for market in event.markets:
            self.crowd.quote_window(
                WindowSubject(
                    market=market,
                    series=series,
                    path=self.prices.path(series.symbol),
                    switches=self.exchange.switches,
                )
            )
            self._await_taker(market, 0)
        resolves_ms = spec.closes_ms + resolution_delay_ms(self._key, spec.slug)
        self._at(resolves_ms, _Rank.RESOLVE, partial(self._resolve_window, series, event))

    def _resolve_window(self, series: SeriesSpec, event: EventState) -> None:
        switches = self.exchange.switches
        is_averaged = series.settlement(switches) is SettlementRule.TWAP60
        measure = self.prices.twap60 if is_averaged else self.prices.last_price
        value = measure(series.symbol, event.spec.closes_ms)
        for market in event.markets:
            # One that somebody ended before its time stays as it is.
            if market.status in ENDED:
                pass
            elif value is None or event.threshold is None:
                self.exchange.void(market)
            else:
                is_up = value > event.threshold or (
                    value == event.threshold and switches.tie is TieRule.UP
                )
                self.exchange.resolve(market, 0 if is_up else 1, value)
            self.crowd.forget(market)

    # -- stories -----------------------------------------------------------------------------

    def _await_story(self, slot: int) -> None:
        told = story(self.seed, slot)
        self._at(told.spec.opens_ms, _Rank.LIST, partial(self._next_story, told))

    def _next_story(self, told: Story) -> None:
        self._open_story(told)
        self._await_story(told.slot + 1)

    def _open_story(self, told: Story) -> None:
        event = self.exchange.list_event(told.spec)
        for index, market in enumerate(event.markets):
            self.crowd.quote_story(StorySubject(market=market, story=told, index=index))
            self._await_taker(market, 0)
        for item in reports(told, self._foresight_ms):
            insort(self._news, (item.published_ms, item.id, item))
        self._at(told.settles_ms, _Rank.RESOLVE, partial(self._end_story, told, event))

    def _end_story(self, told: Story, event: EventState) -> None:
        for index, market in enumerate(event.markets):
            if market.status in ENDED:
                pass
            elif told.is_void:
                self.exchange.void(market)
            else:
                self.exchange.resolve(market, told.winner(index))
            self.crowd.forget(market)

    # -- takers ------------------------------------------------------------------------------

    def _await_taker(self, market: MarketState, number: int) -> None:
        """Books have takers; pools have none but the crowd that moves them."""
        if market.event.spec.engine is not Engine.CLOB:
            return
        at_ms = self.crowd.next_taker_ms(market, number, self.now_ms)
        if at_ms is not None:
            self._at(at_ms, _Rank.TAKER, partial(self._take, market, number))

    def _take(self, market: MarketState, number: int) -> None:
        self.crowd.take(market, number)
        self._await_taker(market, number + 1)


def _shown(chance: float, outcome: int) -> Decimal:
    of_outcome = chance if outcome == 0 else 1 - chance
    return from_statistics(min(max(of_outcome, 0.001), 0.999), 3)


def _published(entry: tuple[int, str, NewsItem]) -> int:
    return entry[0]


def _when_and_name(entry: tuple[int, str, Callable[[], None]]) -> tuple[int, str]:
    return entry[:2]
