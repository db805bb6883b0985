"""Everyone else at the exchange: makers who quote every market, and takers who hit them.

What a crowd quotes in a tick is a function of the seed, the market and the tick, so that looking
at a market, often or never, changes nothing. Takers come at drawn times, called by the world.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Currency, from_statistics
from bayse_agent.simulation import ladders
from bayse_agent.simulation.draws import key_of, log_normal, normal, uniforms
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.house import Rung
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.switches import Books
from bayse_agent.simulation.exchange.units import MICRO, TICKS
from bayse_agent.simulation.opinion import StorySubject, Subject, WindowSubject

DEFAULT_EFFICIENCY = 0.6
_BLOCK = 4  # ticks for which a crowd that has stopped looking goes on not looking
_LAG_MS, _LAG_RANGE_MS = 10_000, 50_000
_STORY_LAG = 6  # news travels slower than prices
_NOISE = 0.02
_HALF_SPREAD, _HALF_SPREAD_RANGE = 0.005, 0.010
_CAUTION = 1.2
_POOL_LOW, _POOL_HIGH = 0.01, 0.99
_THIN_INTERVAL_MS = 15 * 60_000
_INFORMED_SHARE = 0.4
_INFORMED_MARGIN = 0.01
_NOISE_REACH = 0.05
_NAIRA_SHARE = 0.7
_SHORT_TAKER_MS, _LONG_TAKER_MS = 180_000, 600_000
# Names of the module's own: Python 3.11 finds members of enumerations slowly.
_AMM, _SHARED_BOOK = Engine.AMM, Currency.USD
_REMEMBERED_MS = 2 * 3_600_000  # less than the paths remember


@dataclass(slots=True, kw_only=True, eq=False)
class Quoted:
    """One market and how its crowd behaves.

    `refreshed` is the tick last quoted, by currency; `thought` the last opinion, by tick.
    """

    subject: Subject
    shape: ladders.Shape
    lag_factor: int
    taker_ms: int
    refreshed: dict[Currency, int] = field(default_factory=dict)
    thought: tuple[int, float | None] = (-1, None)


class Crowd:
    """Makers and takers of all markets; the exchange's `Liquidity`.

    `efficiency` is between 0 and 1: the chance that the makers are looking. When they are not,
    they quote the fair value of 10 to 60 s ago (of minutes ago on general events). Their noise
    shrinks with it too, and they leave more room for what may happen until they look again; at 1
    there is no lag, and every quote brackets the fair value.
    """

    def __init__(self, exchange: Exchange, *, seed: int, efficiency: float) -> None:
        if not 0 <= efficiency <= 1:
            raise ConfigurationError(f"efficiency outside 0 to 1: {efficiency!r}")
        self._exchange = exchange
        self._key = key_of(seed)
        self._efficiency = efficiency
        self._caution = _CAUTION * efficiency**2
        self._makers = exchange.open_house_account("crowd makers")
        self._takers = exchange.open_house_account("crowd takers")
        self._is_shared = exchange.switches.books is Books.SHARED
        self._quoted: dict[int, Quoted] = {}
        self._ended: dict[int, Quoted] = {}

    # -- who is quoted -----------------------------------------------------------------------

    def quote_window(self, subject: WindowSubject) -> None:
        """Begin to quote a window of a series."""
        is_short = subject.series.interval_ms <= _THIN_INTERVAL_MS
        self._quoted[subject.market.number] = Quoted(
            subject=subject,
            shape=ladders.thin if is_short else ladders.deep,
            lag_factor=1,
            taker_ms=_SHORT_TAKER_MS if is_short else _LONG_TAKER_MS,
        )

    def quote_story(self, subject: StorySubject) -> None:
        """Begin to quote a market of a general event."""
        self._quoted[subject.market.number] = Quoted(
            subject=subject,
            shape=ladders.deep,
            lag_factor=_STORY_LAG,
            taker_ms=_LONG_TAKER_MS,
        )

    def forget(self, market: MarketState) -> None:
        """A market has ended: it is quoted no more, and its history is kept for a while."""
        quoted = self._quoted.pop(market.number, None)
        if quoted is not None:
            self._ended[market.number] = quoted
        horizon = self._exchange.now_ms - _REMEMBERED_MS
        while self._ended:
            oldest = next(iter(self._ended))
            if self._ended[oldest].subject.market.event.spec.closes_ms > horizon:
                break
            del self._ended[oldest]

    def fair(self, market: MarketState, at_ms: int) -> float | None:
        """The chance of outcome1 under the world's law, which nobody in the world is told."""
        return self._quoted[market.number].subject.fair(at_ms)

    # -- makers ------------------------------------------------------------------------------

    def refresh(self, market: MarketState, currency: Currency) -> None:
        """Bring a market to the tick of now, unless it is there already."""
        quoted = self._quoted.get(market.number)
        if quoted is None or not market.is_open:
            return
        book = _SHARED_BOOK if self._is_shared else currency
        tick = self._exchange.now_ms // quoted.subject.tick_ms
        if quoted.refreshed.get(book) == tick:
            return
        quoted.refreshed[book] = tick
        if market.event.spec.engine is _AMM:
            self._move_pool(quoted, book, tick)
        else:
            self._quote(quoted, book, tick)

    def step(self) -> None:
        """Bring all books up to date in which a user's order rests, so that it is met."""
        for quoted in list(self._quoted.values()):
            if quoted.subject.market.user_orders:
                for currency in Currency:
                    self.refresh(quoted.subject.market, currency)

    def _move_pool(self, quoted: Quoted, currency: Currency, tick: int) -> None:
        opinion = self.opinion(quoted, tick)
        if opinion is not None:
            price = from_statistics(min(max(opinion, _POOL_LOW), _POOL_HIGH), 4)
            market = quoted.subject.market
            self._exchange.move_pool(self._makers, market, currency, price)

    def _quote(self, quoted: Quoted, currency: Currency, tick: int) -> None:
        market = quoted.subject.market
        bids, asks = self._ladder(quoted, currency, tick)
        self._exchange.quote_ladder(
            self._makers, market, currency, bids=bids, asks=asks, stamp=_stamp(quoted, tick)
        )

    def _ladder(
        self, quoted: Quoted, currency: Currency, tick: int
    ) -> tuple[list[Rung], list[Rung]]:
        opinion = self.opinion(quoted, tick)
        if opinion is None:
            return [], []
        draws = uniforms(self._key, f"ladder|{quoted.subject.market.number}|{currency}|{tick}")
        at_ms = tick * quoted.subject.tick_ms
        half = _HALF_SPREAD + _HALF_SPREAD_RANGE * draws[0]
        half += self._caution * quoted.subject.restlessness(at_ms, opinion)
        bid = ladders.bid_from(opinion, half)
        ask = ladders.ask_from(opinion, half)
        bids = quoted.shape(bid, currency, draws[1:7])
        asks = quoted.shape(TICKS - ask, currency, draws[7:13])
        return bids, [(TICKS - tick, micro) for tick, micro in asks]

    def opinion(self, quoted: Quoted, tick: int) -> float | None:
        """What the makers of a market believe in a tick: the fair value, stale and noisy."""
        if quoted.thought[0] != tick:
            quoted.thought = (tick, self._think(quoted, tick))
        return quoted.thought[1]

    def _think(self, quoted: Quoted, tick: int) -> float | None:
        subject = quoted.subject
        at_ms = tick * subject.tick_ms
        stale = 1 - self._efficiency
        noise = 0.0
        if stale > 0:
            draws = uniforms(self._key, f"maker|{subject.market.number}|{tick // _BLOCK}")
            if draws[0] < stale:
                at_ms -= quoted.lag_factor * int(_LAG_MS + _LAG_RANGE_MS * draws[1])
            noise = stale * _NOISE * normal(draws[2 + tick % _BLOCK])
        fair = subject.fair(at_ms)
        if fair is None:
            return None
        # Noise fades where nothing is left to doubt.
        believed = fair + noise * min(1.0, 4 * fair * (1 - fair))
        return min(max(believed, 0.0), 1.0)

    def history(
        self, market: MarketState, from_ms: int, to_ms: int, step_ms: int
    ) -> Iterator[tuple[int, float | None]]:
        """The makers' belief at regular moments, as (ms, chance).

        None where the market was not open, and for one that ended hours ago.
        """
        number = market.number
        quoted = self._quoted.get(number) or self._ended.get(number)
        spec = market.event.spec
        for at_ms in range(from_ms, to_ms + 1, step_ms):
            is_open = spec.opens_ms <= at_ms < spec.closes_ms
            if quoted is None or not is_open:
                yield at_ms, None
            else:
                yield at_ms, self.opinion(quoted, at_ms // quoted.subject.tick_ms)

    # -- takers ------------------------------------------------------------------------------

    def next_taker_ms(self, market: MarketState, number: int, after_ms: int) -> int | None:
        """When the `number`-th taker of a book comes; None when that is after the close."""
        quoted = self._quoted[market.number]
        draws = uniforms(self._key, f"arrival|{market.number}|{number}")
        at_ms = after_ms + round(quoted.taker_ms * log_normal(draws[0], 0.8))
        return at_ms if at_ms < market.event.spec.closes_ms else None

    def take(self, market: MarketState, number: int) -> None:
        """Let the `number`-th taker of a book trade, now: one who knows, or one who does not."""
        quoted = self._quoted.get(market.number)
        if quoted is None or not market.is_open:
            return
        draws = uniforms(self._key, f"taker|{market.number}|{number}")
        is_naira = draws[0] < _NAIRA_SHARE and not self._is_shared
        currency = Currency.NGN if is_naira else Currency.USD
        wish = self._wish(quoted, draws)
        if wish is None:
            return
        outcome, limit = wish
        self.refresh(market, currency)
        tick = min(max(round(limit * TICKS), 1), TICKS - 1)
        size = 3.0 * log_normal(draws[3], 0.8)
        self._exchange.take(
            self._takers,
            market,
            currency,
            outcome=outcome,
            limit_tick=tick,
            micro=max(round(size * 100), 1) * MICRO // 100,
            stamp=number,
        )

    def _wish(self, quoted: Quoted, draws: list[float]) -> tuple[int, float] | None:
        """(outcome, most that is paid for it) of a taker; None when there is nothing to gain."""
        now = self._exchange.now_ms
        fair = quoted.subject.fair(now)
        believed = self.opinion(quoted, now // quoted.subject.tick_ms)
        if fair is None or believed is None:
            return None
        if draws[1] >= _INFORMED_SHARE:
            outcome = 0 if draws[2] < 0.5 else 1
            return outcome, (believed if outcome == 0 else 1 - believed) + _NOISE_REACH
        outcome = 0 if fair > believed else 1
        is_within_spread = abs(fair - believed) < _HALF_SPREAD + _INFORMED_MARGIN
        if is_within_spread and not quoted.subject.market.user_orders:
            return None
        return outcome, (fair if outcome == 0 else 1 - fair) - _INFORMED_MARGIN


def _stamp(quoted: Quoted, tick: int) -> int:
    """A tick counted from the market's opening: small enough for order numbers."""
    return tick - quoted.subject.market.event.spec.opens_ms // quoted.subject.tick_ms
