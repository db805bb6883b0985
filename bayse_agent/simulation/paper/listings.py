"""The venue's markets in the local exchange: listed when first traded, ended when it says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bayse_agent.domain.market import Engine, EventType, MarketId, MarketStatus
from bayse_agent.domain.money import ZERO
from bayse_agent.simulation.exchange import fees
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.lifecycle import ENDED
from bayse_agent.simulation.exchange.listing import EventSpec, MarketSpec, MarketState
from bayse_agent.simulation.paper.display import Display
from bayse_agent.simulation.paper.seen import Seen, SeenMarket, SeenTrade

_NEVER_MS = 253_370_764_800_000
"""The year 9999: the exchange is told of no closing, for the venue may move it."""
_WAITING = (MarketStatus.PAUSED, MarketStatus.DRAFT, MarketStatus.UNKNOWN)


@dataclass(slots=True, kw_only=True)
class Listing:
    """A market of the venue's, its twin in the local exchange, and others' part in it.

    `told` are the newest trades that were seen: what is newer happened since.
    """

    seen: SeenMarket
    market: MarketState
    display: Display
    told: tuple[int, frozenset[str]] | None = field(default=None)

    @property
    def is_pool(self) -> bool:
        return self.seen.engine is Engine.AMM

    def mark(self) -> object:
        """What a look can change, but for trades that moved nothing."""
        return self.market.status, self.seen.closes_ms, self.display.marks()


class Listings:
    """All of them, by the venue's id of the market."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._others = exchange.open_house_account("others")
        self._known: dict[MarketId, Listing] = {}

    def __iter__(self) -> Iterator[Listing]:
        return iter(self._known.values())

    def get(self, market_id: str) -> Listing | None:
        return self._known.get(MarketId(market_id))

    def find(self, seen: SeenMarket) -> Listing:
        """The listing of a market, made when there is none yet."""
        known = self._known.get(seen.market_id)
        if known is not None:
            return known
        event = self._exchange.list_event(self._spec(seen))
        market = event.markets[0]
        display = Display(self._exchange, self._others, market)
        listing = Listing(seen=seen, market=market, display=display)
        self._known[seen.market_id] = listing
        return listing

    def _spec(self, seen: SeenMarket) -> EventSpec:
        """A market is an event of its own here: each opens, closes and ends by itself."""
        now_ms = self._exchange.now_ms
        market = MarketSpec(
            title=seen.title,
            label1="",
            label2="",
            fee_percent=ZERO,
            minimum_order={},
            rules="",
            ids=(seen.market_id, *seen.outcome_ids),
        )
        return EventSpec(
            slug=seen.market_id,
            title=seen.title,
            description="",
            category="",
            type=EventType.SINGLE,
            engine=seen.engine,
            created_ms=now_ms,
            opens_ms=now_ms,
            closes_ms=_NEVER_MS,
            resolves_ms=_NEVER_MS,
            markets=(market,),
            currencies=seen.currencies,
            id=seen.event_id,
        )

    def close_until(self, at_ms: int) -> None:
        """Close what closes by then, each at its time: trading stops, resting orders end."""
        due = [
            (listing.seen.closes_ms, listing)
            for listing in self
            if listing.seen.closes_ms is not None
            and listing.seen.closes_ms <= at_ms
            and listing.market.status in (MarketStatus.OPEN, MarketStatus.PAUSED)
        ]
        for closes_ms, listing in sorted(due, key=lambda one: one[0]):
            self._exchange.advance(max(closes_ms, self._exchange.now_ms))
            self._exchange.close(listing.market.event)

    def note(self, listing: Listing, seen: Seen) -> None:
        """Take over what the venue tells: terms, status, the end, and what its books show."""
        listing.seen = seen.market
        self._take_terms(listing)
        if listing.market.status not in ENDED:
            self._take_status(listing)
        if listing.market.is_open:
            for book in seen.books:
                listing.display.pass_through(book)

    def _take_terms(self, listing: Listing) -> None:
        seen, market = listing.seen, listing.market
        if seen.fee_rate is not None:
            market.fee_ppm = fees.rate_ppm(seen.fee_rate * 100)
        if seen.minimum is not None:
            least = {**market.spec.minimum_order, seen.minimum.currency: seen.minimum.amount}
            market.spec = replace(market.spec, minimum_order=least)

    def _take_status(self, listing: Listing) -> None:
        seen, market, exchange = listing.seen, listing.market, self._exchange
        event = market.event
        is_past = seen.closes_ms is not None and seen.closes_ms <= exchange.now_ms
        if seen.status is MarketStatus.CANCELLED:
            exchange.void(market)
        elif seen.winner is not None:
            exchange.resolve(market, seen.winner)
        elif is_past or seen.status in (MarketStatus.CLOSED, MarketStatus.RESOLVED):
            exchange.close(event)
        elif seen.status in _WAITING:
            exchange.pause(event)
        else:
            exchange.unpause(event)

    def fresh(self, listing: Listing, seen: Seen) -> list[SeenTrade]:
        """The trades that happened since the last that were told of, oldest first."""
        if seen.trades is None:
            return []
        told, listing.told = listing.told, _newest(seen.trades, listing.told)
        if told is None:
            return []
        at_ms, ids = told
        fresh = [
            trade
            for trade in seen.trades
            if trade.at_ms > at_ms or (trade.at_ms == at_ms and trade.id not in ids)
        ]
        return sorted(fresh, key=lambda trade: (trade.at_ms, trade.id))


def _newest(
    trades: tuple[SeenTrade, ...], before: tuple[int, frozenset[str]] | None
) -> tuple[int, frozenset[str]]:
    """The time of the newest trades, and their ids."""
    told_ms, ids = before or (0, frozenset())
    at_ms = max((trade.at_ms for trade in trades), default=told_ms)
    at_ms = max(at_ms, told_ms)
    now = frozenset(trade.id for trade in trades if trade.at_ms == at_ms)
    return at_ms, now | (ids if at_ms == told_ms else frozenset())
