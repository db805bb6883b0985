"""The face of the local exchange: the only thing that servers, venues and worlds talk to.

Verbs take domain values and raise `Refusal` having changed nothing. What comes back are the
exchange's own records, in its integer units; `views.py` and the server turn them outward.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import takewhile

from bayse_agent.domain.market import Engine, Side
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import Amend, PlaceOrder
from bayse_agent.simulation.exchange import (
    checks,
    house,
    ids,
    lifecycle,
    orders,
    pools,
    quoting,
    sets,
)
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.ledger import CASH, Entry
from bayse_agent.simulation.exchange.listing import EventSpec, EventState, MarketState
from bayse_agent.simulation.exchange.quoting import QuoteResult
from bayse_agent.simulation.exchange.records import TradeRecord
from bayse_agent.simulation.exchange.refusal import (
    Refusal,
    bad_request,
    not_found,
    order_not_found,
)
from bayse_agent.simulation.exchange.sets import SetOperation
from bayse_agent.simulation.exchange.state import Liquidity, State
from bayse_agent.simulation.exchange.switches import Switches
from bayse_agent.simulation.exchange.units import NANO, TICKS, to_units

_AS_DOCUMENTED = Switches()
# Names of the module's own: Python 3.11 finds members of enumerations slowly.
_AMM, _BUY = Engine.AMM, Side.BUY


def _created(event: EventState) -> int:
    return event.spec.created_ms


class Exchange:
    """A deterministic state machine: the same calls in the same order give the same exchange.

    `journal` receives every ledger entry; without one, balances alone are kept.
    """

    def __init__(
        self,
        *,
        start_ms: int,
        switches: Switches = _AS_DOCUMENTED,
        journal: list[Entry] | None = None,
    ) -> None:
        self.state = State(start_ms=start_ms, switches=switches, journal=journal)
        self._by_created: list[tuple[int, int]] = []
        self._live: list[tuple[int, int]] = []
        self._by_series: dict[str, list[EventState]] = {}

    # -- time and listings -------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        return self.state.now_ms

    @property
    def switches(self) -> Switches:
        return self.state.switches

    def provide(self, liquidity: Liquidity) -> None:
        """Have this called before any market is looked at or traded."""
        self.state.liquidity = liquidity

    def observe(self, observer: Callable[[TradeRecord | Order], None]) -> None:
        """Be told of every trade, and of every fill of a user's order."""
        self.state.observers.append(observer)

    def advance(self, to_ms: int) -> None:
        """Move time on; events open and close, orders expire."""
        self.state.advance(to_ms)

    def list_event(self, spec: EventSpec) -> EventState:
        event = lifecycle.list_event(self.state, spec)
        key = (spec.created_ms, event.number)
        insort(self._by_created, key)
        insort(self._live, key)
        if spec.series is not None:
            insort(self._by_series.setdefault(spec.series, []), event, key=_created)
        return event

    def set_threshold(self, event: EventState, value: Decimal) -> None:
        """Publish the reference value of a window."""
        event.threshold = value

    def pause(self, event: EventState) -> None:
        lifecycle.pause(event)

    def unpause(self, event: EventState) -> None:
        lifecycle.unpause(event)

    def close(self, event: EventState) -> None:
        """End trading before its time."""
        lifecycle.close(self.state, event)

    def resolve(self, market: MarketState, winner: int, close_value: Decimal | None = None) -> None:
        """Settle a market: winner 0 is outcome1. Raises Refusal when it has ended already."""
        lifecycle.resolve(self.state, market, winner, close_value)

    def void(self, market: MarketState) -> None:
        lifecycle.void(self.state, market)

    # -- accounts ----------------------------------------------------------------------------

    def open_account(self, name: str) -> Account:
        return self.state.open_account(name, is_house=False)

    def open_house_account(self, name: str) -> Account:
        """Open an account for liquidity: unchecked, and without a history."""
        return self.state.open_account(name, is_house=True)

    def account(self, user_id: str) -> Account:
        """Raises Refusal 404 for an unknown user."""
        key = ids.read(ids.Kind.USER, user_id)
        account = None if key is None else self.state.accounts.get(key[1])
        if account is None:
            raise not_found("User")
        return account

    def deposit(self, account: Account, money: Money) -> None:
        """Bring cash in from outside."""
        checks.amount(money.amount)
        units = to_units(money.amount, NANO)
        ledger = self.state.ledger
        ledger.transfer(CASH[money.currency], self.state.outside, account.free, units)

    # -- orders ------------------------------------------------------------------------------

    def place(self, account: Account, request: PlaceOrder) -> Order:
        """Take an order. It is routed by its outcome alone, as the venue does."""
        market, outcome = self.market_of(request.outcome_id)
        checks.shape(self.state, market, request)
        self.state.refresh(market, request.currency)
        is_pool = market.event.spec.engine is _AMM
        place = pools.place_on_pool if is_pool else orders.place_on_book
        if request.side is _BUY:
            checks.minimum(market, request.currency, request.amount)
        return place(self.state, account, market, outcome, request)

    def cancel(self, account: Account, order_id: str) -> Order:
        order = self.order(account, order_id)
        if order.market.event.spec.engine is Engine.AMM:
            raise Refusal(400, "UNSUPPORTED_ENGINE", "AMM orders cannot be cancelled")
        self.state.refresh(order.market, order.currency)
        return orders.cancel(self.state, order)

    def amend(self, account: Account, changes: Sequence[Amend]) -> list[Order | Refusal]:
        """Amend a batch, best effort: an answer for each change, in order."""
        found: list[Order | Refusal] = []
        for change in changes:
            try:
                found.append(self._amendable(account, change))
            except Refusal as refusal:
                found.append(refusal)
        pairs = [
            (order, change)
            for order, change in zip(found, changes, strict=True)
            if isinstance(order, Order)
        ]
        answers = iter(orders.amend(self.state, pairs))
        return [next(answers) if isinstance(item, Order) else item for item in found]

    def _amendable(self, account: Account, change: Amend) -> Order:
        if change.new_price is None and change.new_size is None:
            raise bad_request("newPrice or newSize is required")
        order = self.order(account, change.order_id)
        if order.market.event.spec.engine is Engine.AMM:
            raise Refusal(400, "UNSUPPORTED_ENGINE", "AMM orders cannot be amended")
        checks.tradable(order.market, order.currency)
        self.state.refresh(order.market, order.currency)
        return order

    def mint(self, account: Account, market: MarketState, money: Money) -> SetOperation:
        return sets.mint(self.state, account, market, money)

    def burn(self, account: Account, market: MarketState, money: Money) -> SetOperation:
        return sets.burn(self.state, account, market, money)

    def quote(
        self,
        market: MarketState,
        outcome: int,
        side: Side,
        amount: Decimal,
        currency: Currency,
        account: Account | None = None,
    ) -> QuoteResult:
        """What an order would do now; with an account, its own resting orders are left out."""
        checks.tradable(market, currency)
        self.state.refresh(market, currency)
        return quoting.quote(self.state, account, market, outcome, side, amount, currency)

    # -- liquidity ---------------------------------------------------------------------------

    def quote_ladder(
        self,
        account: Account,
        market: MarketState,
        currency: Currency,
        *,
        bids: Sequence[house.Rung],
        asks: Sequence[house.Rung],
        stamp: int,
    ) -> None:
        """Replace a house account's whole ladder; ticks in outcome1's terms."""
        checks.tradable(market, currency)
        house.quote_ladder(self.state, account, market, currency, bids, asks, stamp)

    def take(
        self,
        account: Account,
        market: MarketState,
        currency: Currency,
        *,
        outcome: int,
        limit_tick: int,
        micro: int,
        stamp: int,
        index: int = 0,
    ) -> None:
        """Buy an outcome from the book, for a house account; limit in that outcome's terms.

        `index` tells several takes of one stamp apart, 0 to 127.
        """
        checks.tradable(market, currency)
        sequence = house.sequence_of(stamp, currency, 128 + index)
        house.take(self.state, account, market, currency, outcome, limit_tick, micro, sequence)

    def move_pool(
        self, account: Account, market: MarketState, currency: Currency, probability: Decimal
    ) -> None:
        """Trade a pool to a marginal price of outcome1, for a house account."""
        checks.tradable(market, currency)
        pools.move_to(self.state, account, market, currency, probability)

    # -- reads -------------------------------------------------------------------------------

    def events(self) -> Iterator[EventState]:
        """All events, newest created first."""
        for _, number in reversed(self._by_created):
            yield self.state.events[number - 1]

    def live_events(self) -> list[EventState]:
        """The events that have not ended, newest created first: what most readers want."""
        events = [(key, self.state.events[key[1] - 1]) for key in self._live]
        self._live = [key for key, event in events if event.status not in lifecycle.ENDED]
        return [event for _, event in reversed(events) if event.status not in lifecycle.ENDED]

    def events_of(self, series: str) -> Sequence[EventState]:
        """The windows of a series, oldest created first."""
        return self._by_series.get(series, ())

    def event(self, event_id: str) -> EventState:
        key = ids.read(ids.Kind.EVENT, event_id)
        if key is None or not 0 < key[1] <= len(self.state.events):
            raise not_found("Event")
        return self.state.events[key[1] - 1]

    def event_by_slug(self, slug: str) -> EventState:
        event = self.state.event_by_slug.get(slug)
        if event is None:
            raise not_found("Event")
        return event

    def market(self, market_id: str) -> MarketState:
        key = ids.read(ids.Kind.MARKET, market_id)
        if key is None or not 0 < key[1] <= len(self.state.markets):
            raise not_found("Market")
        return self.state.markets[key[1] - 1]

    def market_of(self, outcome_id: str) -> tuple[MarketState, int]:
        """The market of an outcome, and which of its two it is (0 or 1)."""
        found = self.state.outcomes.get(outcome_id)
        if found is None:
            raise not_found("Outcome")
        return found

    def order(self, account: Account, order_id: str) -> Order:
        """Raises Refusal ORDER_NOT_FOUND, for somebody else's order too."""
        key = ids.read(ids.Kind.ORDER, order_id)
        order = None if key is None or key[0] != account.number else account.orders.get(key[1])
        if order is None:
            raise order_not_found()
        return order

    def levels(
        self, market: MarketState, outcome: int, currency: Currency, depth: int
    ) -> tuple[list[house.Rung], list[house.Rung]]:
        """(bids, asks) of one outcome as (tick, micro-shares), best first."""
        self.state.refresh(market, currency)
        book = self.state.book(market, currency)
        bids, asks = book.bids.totals(depth), book.asks.totals(depth)
        if outcome == 0:
            return bids, asks
        return (
            [(TICKS - tick, micro) for tick, micro in asks],
            [(TICKS - tick, micro) for tick, micro in bids],
        )

    def marginal(self, market: MarketState, outcome: int, currency: Currency) -> Decimal | None:
        """The price of an outcome now, or None where none is known or trading has ended."""
        if not market.is_open:
            return None
        self.state.refresh(market, currency)
        return self.state.marginal(market, outcome, currency)

    def last_tick(self, market: MarketState, outcome: int, currency: Currency) -> int | None:
        """The last price that traded in a book, in the outcome's terms."""
        last = self.state.book(market, currency).last_tick
        return last if last is None or outcome == 0 else TICKS - last

    def trades_of_order(self, order_id: str) -> list[TradeRecord]:
        """The fills of a user's order, newest first; none for an unknown one."""
        key = ids.read(ids.Kind.ORDER, order_id)
        account = None if key is None else self.state.accounts.get(key[0])
        if key is None or account is None:
            return []
        order = account.orders.get(key[1])
        if order is None:
            return []
        # Trades are in time order, so everything before the order was made can be passed over.
        later = takewhile(lambda trade: trade.at_ms >= order.created_ms, reversed(account.trades))
        return [trade for trade in later if order in (trade.taker, trade.maker)]

    def all_trades(self) -> list[TradeRecord]:
        """Every trade, newest first."""
        trades = [trade for market in self.state.markets for trade in market.trades]
        return sorted(trades, key=lambda trade: trade.at_ms, reverse=True)
