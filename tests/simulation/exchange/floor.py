"""A small exchange with one market on it, for the tests of the local exchange.

Sizes are easy to reckon here: no dust is kept back and no fee taken unless a test asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from bayse_agent.domain.market import Engine, EventId, EventType, MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency, Money, Price
from bayse_agent.domain.order import OrderType, PlaceOrder, SelfTrade, TimeInForce
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.ledger import Entry
from bayse_agent.simulation.exchange.listing import EventSpec, EventState, MarketSpec, MarketState
from bayse_agent.simulation.exchange.records import TradeRecord
from bayse_agent.simulation.exchange.switches import Switches
from bayse_agent.simulation.exchange.units import MICRO, NANO, from_ms

START_MS = 1_790_000_000_000
CLOSE_MS = START_MS + 900_000
NO_DUST = Switches(dust=Decimal(0))
USD, NGN = Currency.USD, Currency.NGN
BUY, SELL = Side.BUY, Side.SELL


def event_spec(
    slug: str = "window",
    engine: Engine = Engine.CLOB,
    *,
    fee_percent: str = "0",
    markets: int = 1,
    minimum_order: dict[Currency, Decimal] | None = None,
    opens_ms: int = START_MS,
    closes_ms: int = CLOSE_MS,
    prior: str = "0.5",
    depth: str = "4000",
    liability_shares: str | None = None,
    currencies: tuple[Currency, ...] = (USD, NGN),
) -> EventSpec:
    question = MarketSpec(
        title="Up or down?",
        label1="Up",
        label2="Down",
        fee_percent=Decimal(fee_percent),
        minimum_order=minimum_order or {},
        rules="Up wins when the close is above the threshold.",
        prior=Decimal(prior),
    )
    return EventSpec(
        slug=slug,
        title="Up or down?",
        description="",
        category="crypto",
        type=EventType.SINGLE,
        engine=engine,
        created_ms=START_MS,
        opens_ms=opens_ms,
        closes_ms=closes_ms,
        resolves_ms=closes_ms + 60_000,
        markets=(question,) * markets,
        depth=Decimal(depth),
        liability_shares=None if liability_shares is None else Decimal(liability_shares),
        currencies=currencies,
    )


def request(
    market: MarketState,
    side: Side,
    outcome: int,
    amount: Decimal | str,
    *,
    price: str | None = None,
    currency: Currency = USD,
    force: TimeInForce | None = None,
    self_trade: SelfTrade | None = None,
    post_only: bool = False,
    max_slippage: str | None = None,
    expires_at: datetime | None = None,
) -> PlaceOrder:
    """An order on a market: LIMIT when a price is given, else MARKET."""
    return PlaceOrder(
        event_id=EventId(market.event.id),
        market_id=MarketId(market.id),
        outcome_id=OutcomeId(market.outcome_ids[outcome]),
        engine=market.event.spec.engine,
        side=side,
        type=OrderType.MARKET if price is None else OrderType.LIMIT,
        amount=Decimal(amount),
        currency=currency,
        price=None if price is None else Price(Decimal(price)),
        time_in_force=force,
        post_only=post_only,
        self_trade=self_trade,
        max_slippage=None if max_slippage is None else Decimal(max_slippage),
        expires_at=expires_at,
    )


class Floor:
    """An exchange, one event, and ways to say an order in a line."""

    def __init__(self, spec: EventSpec | None = None, switches: Switches = NO_DUST) -> None:
        self.journal: list[Entry] = []
        self.exchange = Exchange(start_ms=START_MS, switches=switches, journal=self.journal)
        self.event: EventState = self.exchange.list_event(spec or event_spec())
        self.market = self.event.markets[0]

    def user(self, name: str, *, usd: str = "1000", ngn: str = "100000", pairs: int = 0) -> Account:
        """An account with cash left as told, and so many pairs of each currency on top."""
        account = self.exchange.open_account(name)
        for text, currency in ((usd, USD), (ngn, NGN)):
            cash = Decimal(text) + pairs * currency.payout
            if cash:
                self.exchange.deposit(account, Money(cash, currency))
            if pairs:
                stake = Money(Decimal(pairs * currency.payout), currency)
                self.exchange.mint(account, self.market, stake)
        return account

    def limit(
        self,
        account: Account,
        side: Side,
        outcome: int,
        price: str,
        shares: str,
        *,
        currency: Currency = USD,
        force: TimeInForce | None = None,
        self_trade: SelfTrade | None = None,
        post_only: bool = False,
        expires_at: datetime | None = None,
    ) -> Order:
        """Place a LIMIT order for so many shares; a buy's cash is worked out."""
        amount = Decimal(shares)
        if side is BUY:
            amount *= Decimal(price) * currency.payout
        asked = request(
            self.market,
            side,
            outcome,
            amount,
            price=price,
            currency=currency,
            force=force,
            self_trade=self_trade,
            post_only=post_only,
            expires_at=expires_at,
        )
        return self.exchange.place(account, asked)

    def at_market(
        self,
        account: Account,
        side: Side,
        outcome: int,
        amount: str,
        *,
        currency: Currency = USD,
        force: TimeInForce | None = None,
        self_trade: SelfTrade | None = None,
        max_slippage: str | None = None,
    ) -> Order:
        """Place a MARKET order with so much of `amount`."""
        asked = request(
            self.market,
            side,
            outcome,
            amount,
            currency=currency,
            force=force,
            self_trade=self_trade,
            max_slippage=max_slippage,
        )
        return self.exchange.place(account, asked)

    def later(self, seconds: int) -> datetime:
        return from_ms(self.exchange.now_ms + 1000 * seconds)

    def advance(self, seconds: int) -> None:
        self.exchange.advance(self.exchange.now_ms + 1000 * seconds)

    def resting(self, currency: Currency = USD) -> list[Order]:
        return list(self.exchange.state.book(self.market, currency).orders())


def shares(micro: int) -> Decimal:
    return Decimal(micro) / MICRO


def cash(nanos: int) -> Decimal:
    return Decimal(nanos) / NANO


def free_cash(account: Account, currency: Currency = USD) -> Decimal:
    return cash(account.cash(currency))


def held(floor: Floor, account: Account, outcome: int, currency: Currency = USD) -> Decimal:
    return shares(account.shares(floor.market, outcome, currency))


def prices(trades: Sequence[TradeRecord]) -> list[tuple[Decimal, int]]:
    """(shares, the taker's tick) of each trade."""
    return [(shares(trade.micro), trade.taker_tick) for trade in trades]
