"""Seeded random programs of operations on an exchange, valid and invalid alike."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random

from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Currency, Money, Price, Shares
from bayse_agent.domain.order import Amend, OrderId, SelfTrade, TimeInForce
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.ledger import Entry
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.refusal import Refusal
from bayse_agent.simulation.exchange.switches import Switches
from bayse_agent.simulation.exchange.units import from_ms
from tests.simulation.exchange.floor import BUY, NGN, SELL, START_MS, USD, event_spec, request

SPAN_MS = 600_000
"""How long a program runs, at most: its markets close within it."""


class Program:
    """A run of random operations. The same seed and switches do the same."""

    def __init__(self, seed: int, switches: Switches) -> None:
        self._random = Random(seed)
        self.journal: list[Entry] = []
        self.exchange = Exchange(start_ms=START_MS, switches=switches, journal=self.journal)
        fee = self._random.choice(["0", "2", "10"])
        for number, engine in enumerate((Engine.CLOB, Engine.CLOB, Engine.AMM)):
            self.exchange.list_event(
                event_spec(
                    f"event-{number}",
                    engine,
                    fee_percent=fee,
                    markets=1 + number % 2,
                    closes_ms=START_MS + SPAN_MS // (1 + number % 2),
                    liability_shares=self._random.choice([None, "500"]),
                )
            )
        self.users = [self.exchange.open_account(f"user {n}") for n in range(4)]
        for user in self.users:
            self.exchange.deposit(user, Money(Decimal(2000), USD))
            self.exchange.deposit(user, Money(Decimal(200_000), NGN))
            for market in self.exchange.state.markets:
                for currency in (USD, NGN):
                    stake = Money(Decimal(80 * currency.payout), currency)
                    self.exchange.mint(user, market, stake)
        self.house = self.exchange.open_house_account("maker")
        self.crowd = self.exchange.open_house_account("taker")
        self.amended: set[Order] = set()
        self._stamp = 0
        self._verbs: list[tuple[int, Callable[[], object]]] = [
            (40, self._place_limit),
            (10, self._place_market),
            (6, self._cancel),
            (8, self._amend),
            (5, self._mint),
            (5, self._burn),
            (8, self._trade_pool),
            (4, self._quote_ladder),
            (3, self._take),
            (3, self._move_pool),
            (4, self._advance),
            (2, self._quote),
            (1, self._pause),
            (1, self._end),
        ]

    def step(self) -> Refusal | None:
        """Do one operation; returns the refusal when it was refused."""
        weights = [weight for weight, _ in self._verbs]
        verb = self._random.choices([verb for _, verb in self._verbs], weights)[0]
        try:
            verb()
        except Refusal as refusal:
            return refusal
        return None

    def settle_all(self) -> None:
        """Resolve or void whatever is still going."""
        for market in self.exchange.state.markets:
            if market.winner is None and not market.is_void:
                self._settle(market)

    def _settle(self, market: MarketState) -> None:
        if self._random.random() < 0.2:
            self.exchange.void(market)
        else:
            self.exchange.resolve(market, self._random.randrange(2), Decimal(70_000))

    # -- choices -----------------------------------------------------------------------------

    def _user(self) -> Account:
        return self._random.choice(self.users)

    def _market(self, engine: Engine) -> MarketState:
        markets = [m for m in self.exchange.state.markets if m.event.spec.engine is engine]
        going = [market for market in markets if market.is_open]
        if going and self._random.random() < 0.98:
            return self._random.choice(going)
        return self._random.choice(markets)

    def _currency(self) -> Currency:
        return self._random.choice([USD, NGN])

    def _price(self) -> str:
        tick = self._random.choice([450, 475, 490, 500, 505, 510, 525, 550, 10, 990, 333])
        return str(Decimal(tick) / 1000)

    def _amount(self, market: MarketState, currency: Currency) -> Decimal:
        if self._random.random() < 0.02:
            return self._random.choice([Decimal("0.5"), Decimal(10) ** 11, Decimal("NaN")])
        most = 60 if market.event.spec.engine is Engine.CLOB else 300
        return Decimal(self._random.randint(100, most * 100)) / 100 * currency.payout

    def _shares(self, account: Account, market: MarketState, outcome: int, c: Currency) -> Decimal:
        have = account.free_shares(market, outcome, c)
        part = self._random.choice([0.1, 0.5, 1.0, 1.0, 1.2])
        return Decimal(int(have * part) // 10_000 + self._random.randint(0, 1)) / 100

    # -- verbs -------------------------------------------------------------------------------

    def _order(self, market: MarketState, price: str | None, slippage: str | None) -> None:
        chance, account = self._random, self._user()
        currency, outcome = self._currency(), chance.randrange(2)
        side = chance.choice([BUY, BUY, SELL])
        amount = (
            self._amount(market, currency)
            if side is BUY
            else self._shares(account, market, outcome, currency)
        )
        forces = [None, None, TimeInForce.GTC, TimeInForce.GTD, TimeInForce.FAK, TimeInForce.FOK]
        expires_ms = self.exchange.now_ms + chance.randint(-5_000, 90_000)
        asked = request(
            market,
            side,
            outcome,
            amount,
            price=price,
            currency=currency,
            force=chance.choice(forces),
            self_trade=chance.choice([None, *SelfTrade]),
            post_only=chance.random() < 0.15,
            max_slippage=slippage,
            expires_at=from_ms(expires_ms),
        )
        self.exchange.place(account, asked)

    def _place_limit(self) -> None:
        self._order(self._market(Engine.CLOB), self._price(), None)

    def _place_market(self) -> None:
        slippage = self._random.choice([None, None, "0", "0.02", "0.5", "0.7"])
        self._order(self._market(Engine.CLOB), None, slippage)

    def _trade_pool(self) -> None:
        price = self._price() if self._random.random() < 0.2 else None
        self._order(self._market(Engine.AMM), price, None)

    def _some_order(self, account: Account) -> OrderId:
        resting = [order for order in account.orders.values() if order.is_resting]
        if resting and self._random.random() < 0.9:
            return OrderId(self._random.choice(resting).id)
        known = list(account.orders.values())
        return OrderId(self._random.choice(known).id if known else "nothing")

    def _cancel(self) -> None:
        account = self._user()
        self.exchange.cancel(account, self._some_order(account))

    def _amend(self) -> None:
        account, chance = self._user(), self._random
        changes = [
            Amend(
                order_id=self._some_order(account),
                new_price=chance.choice([None, Price(Decimal(self._price()))]),
                new_size=chance.choice([None, Shares(Decimal(chance.randint(1, 6000)) / 100)]),
            )
            for _ in range(chance.randint(1, 4))
        ]
        named = {change.order_id for change in changes}
        self.amended.update(order for order in account.orders.values() if order.id in named)
        self.exchange.amend(account, changes)

    def _sets(self, verb: Callable[[Account, MarketState, Money], object]) -> None:
        engine = self._random.choice([Engine.CLOB, Engine.AMM])
        currency = self._currency()
        amount = Decimal(self._random.randint(1, 5000)) / 100 * currency.payout
        verb(self._user(), self._market(engine), Money(amount, currency))

    def _mint(self) -> None:
        self._sets(self.exchange.mint)

    def _burn(self) -> None:
        self._sets(self.exchange.burn)

    def _quote_ladder(self) -> None:
        market, middle = self._market(Engine.CLOB), self._random.randint(400, 600)
        if not market.is_open:
            return
        self._stamp += 1
        rungs = range(1, self._random.randint(1, 5))
        self.exchange.quote_ladder(
            self.house,
            market,
            self._currency(),
            bids=[(middle - 7 * n, self._random.randint(1, 60_000_000)) for n in rungs],
            asks=[(middle + 7 * n, self._random.randint(1, 60_000_000)) for n in rungs],
            stamp=self._stamp,
        )

    def _take(self) -> None:
        market = self._market(Engine.CLOB)
        if not market.is_open:
            return
        self._stamp += 1
        self.exchange.take(
            self.crowd,
            market,
            self._currency(),
            outcome=self._random.randrange(2),
            limit_tick=self._random.randint(400, 700),
            micro=self._random.randint(1, 80_000_000),
            stamp=self._stamp,
        )

    def _move_pool(self) -> None:
        market = self._market(Engine.AMM)
        if market.is_open:
            price = Decimal(self._random.randint(30, 970)) / 1000
            self.exchange.move_pool(self.crowd, market, self._currency(), price)

    def _quote(self) -> None:
        market = self._market(self._random.choice([Engine.CLOB, Engine.AMM]))
        currency = self._currency()
        amount = self._amount(market, currency)
        side = self._random.choice([BUY, SELL])
        self.exchange.quote(market, self._random.randrange(2), side, amount, currency)

    def _advance(self) -> None:
        self.exchange.advance(self.exchange.now_ms + self._random.randint(0, 9_000))

    def _pause(self) -> None:
        event = self._random.choice(self.exchange.state.events)
        if event.status == "paused":
            self.exchange.unpause(event)
        elif self._random.random() < 0.5:
            self.exchange.pause(event)

    def _end(self) -> None:
        market = self._market(self._random.choice([Engine.CLOB, Engine.AMM]))
        if self._random.random() < 0.15:
            self._settle(market)
