"""A paper account on the venue's client, with the served exchange standing in for the venue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bayse_agent.adapters.bayse.client import BayseClient
from bayse_agent.adapters.bayse.options import ClientOptions
from bayse_agent.adapters.bayse.secrets import Credentials
from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.market import Engine, EventId, MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency, Money, Price
from bayse_agent.domain.order import (
    Accepted,
    OrderType,
    PlaceOrder,
    PlaceReply,
    TimeInForce,
    VenueOrder,
)
from bayse_agent.ports import MarketData, Venue
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.switches import Enforcement, Switches
from bayse_agent.simulation.exchange.units import from_ms
from bayse_agent.simulation.paper.log import PaperLog
from bayse_agent.simulation.paper.venue import PaperVenue
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.world import World
from tests.simulation.server.stage import StillWorld, serving

NGN = Currency.NGN
BANKROLL = Money.of(100_000, NGN)
QUICK = ClientOptions(
    reads_per_s=10_000,
    writes_per_s=10_000,
    backoff_first_s=0.001,
    backoff_max_s=0.002,
    attempts_max=2,
    connect_timeout_s=1.0,
)
FAK, FOK, GTC, GTD = TimeInForce.FAK, TimeInForce.FOK, TimeInForce.GTC, TimeInForce.GTD


class WorldClock:
    """The time of a world that tests move by hand."""

    def __init__(self, world: StillWorld | World) -> None:
        self._world = world

    def now(self) -> datetime:
        return from_ms(self._world.exchange.now_ms)

    async def sleep_until(self, moment: datetime) -> None:
        self._world.advance(max(int(moment.timestamp() * 1000), self._world.exchange.now_ms))

    @asynccontextmanager
    async def actor(self) -> AsyncIterator[None]:
        yield


@dataclass(kw_only=True)
class PaperStage:
    """The venue with its world, the venue's client, and a real account there beside paper ones."""

    world: StillWorld
    desk: Desk
    real: BayseVenue
    clock: WorldClock
    address: str
    keys: int = 0

    @property
    def market(self) -> MarketState:
        return self.world.book.markets[0]

    @property
    def pool(self) -> MarketState:
        return self.world.pool.markets[0]

    def paper(
        self,
        log: PaperLog | None = None,
        *,
        bankroll: Money = BANKROLL,
        data: MarketData | None = None,
        **more: Any,
    ) -> PaperVenue:
        return PaperVenue(data or self.real, clock=self.clock, bankroll=bankroll, log=log, **more)

    @asynccontextmanager
    async def stranger(self) -> AsyncIterator[BayseVenue]:
        """The venue as it is seen without an account there."""
        client = BayseClient(self.address, timer=SystemClock(), options=QUICK)
        async with client:
            yield BayseVenue(client, clock=self.clock)

    def asks(self, *rungs: tuple[int, int], bids: tuple[tuple[int, int], ...] = ()) -> None:
        self.world.quote(self.market, bids=bids or ((450, 1000),), asks=rungs, stamp=self._key())

    def bids(self, *rungs: tuple[int, int], asks: tuple[tuple[int, int], ...] = ()) -> None:
        self.world.quote(self.market, bids=rungs, asks=asks or ((550, 1000),), stamp=self._key())

    def pass_minutes(self, minutes: float) -> None:
        self.world.advance(self.world.exchange.now_ms + round(minutes * 60_000))

    async def place(self, venue: Venue, order: PlaceOrder, key: str | None = None) -> PlaceReply:
        return await venue.send(venue.seal(order, key=key or f"key-{self._key()}"))

    async def placed(self, venue: Venue, order: PlaceOrder) -> VenueOrder:
        """Place an order that is taken, and read it back."""
        reply = await self.place(venue, order)
        assert isinstance(reply, Accepted), reply
        return await venue.order(reply.order.id)

    def _key(self) -> int:
        self.keys += 1
        return self.keys


@asynccontextmanager
async def paper_stage() -> AsyncIterator[PaperStage]:
    world = StillWorld(Switches(rate_limits=Enforcement.OFF))
    desk = Desk(world, SystemClock(), seed=7, speed=Decimal(0))
    key = desk.open_account([BANKROLL])
    credentials = Credentials(public_key=SecretStr(key.public), secret_key=SecretStr(key.secret))
    clock = WorldClock(world)
    async with serving(desk) as served:
        address = str(served.base_url).rstrip("/")
        client = BayseClient(address, timer=SystemClock(), credentials=credentials, options=QUICK)
        async with client:
            real = BayseVenue(client, clock=clock)
            yield PaperStage(world=world, desk=desk, real=real, clock=clock, address=address)


@asynccontextmanager
async def a_log(file: Path) -> AsyncIterator[PaperLog]:
    log = PaperLog(file)
    try:
        yield log
    finally:
        log.close()


def buying(market: MarketState, amount: str, limit: str | None = None, **more: Any) -> PlaceOrder:
    """A buy of outcome1 that takes what is there, unless told otherwise."""
    return _order(market, Side.BUY, amount, limit, **more)


def selling(market: MarketState, shares: str, limit: str | None = None, **more: Any) -> PlaceOrder:
    return _order(market, Side.SELL, shares, limit, **more)


def _order(
    market: MarketState, side: Side, amount: str, limit: str | None, outcome: int = 0, **more: Any
) -> PlaceOrder:
    engine = market.event.spec.engine
    plain = PlaceOrder(
        event_id=EventId(market.event.id),
        market_id=MarketId(market.id),
        outcome_id=OutcomeId(market.outcome_ids[outcome]),
        engine=engine,
        side=side,
        type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        amount=Decimal(amount),
        currency=NGN,
        price=None if limit is None else Price(Decimal(limit)),
        time_in_force=FAK if engine is Engine.CLOB else None,
    )
    return replace(plain, **more)


async def account(venue: Venue) -> list[object]:
    """Everything that an account tells of itself."""
    return [
        await venue.orders(currency=NGN, size=100),
        await venue.wallets(),
        await venue.holdings(),
        *[await venue.activities(kind=kind, size=100) for kind in (None, "buys", "sells")],
        await venue.profit_and_loss(currency=NGN),
    ]


async def cash(venue: Venue) -> tuple[Decimal, Decimal]:
    """(free, locked) naira."""
    [wallet] = [one for one in await venue.wallets() if one.available.currency is NGN]
    return wallet.available.amount, wallet.pending.amount


async def shares(venue: Venue, market: MarketState, outcome: int = 0) -> Decimal:
    held = [one.shares for one in await venue.holdings() if one.market_id == market.id]
    mine = [
        one.shares
        for one in await venue.holdings()
        if one.outcome_id == market.outcome_ids[outcome]
    ]
    assert len(mine) <= len(held)
    return mine[0] if mine else Decimal(0)
