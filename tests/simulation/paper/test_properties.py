"""Whatever is done on paper: money and shares are conserved, and nothing is better than it was."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.market import Engine, MarketId, Side
from bayse_agent.domain.money import Money, Price, Shares
from bayse_agent.domain.order import Accepted, Amend, OrderId, PlaceReply
from bayse_agent.ports import Venue
from bayse_agent.simulation.exchange.ledger import CASH
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.resting import claim
from bayse_agent.simulation.exchange.switches import Switches
from bayse_agent.simulation.exchange.units import NANO, to_units
from bayse_agent.simulation.paper.desk import PaperDesk
from bayse_agent.simulation.paper.eyes import Eyesight
from bayse_agent.simulation.paper.log import PaperLog
from bayse_agent.simulation.paper.venue import PaperVenue
from bayse_agent.simulation.venue import LocalMarketData, LocalVenue
from tests.simulation.paper.kit import (
    BANKROLL,
    FAK,
    FOK,
    GTC,
    NGN,
    WorldClock,
    account,
    buying,
    selling,
)
from tests.simulation.server.stage import SHARE, StillWorld

_ALWAYS = Eyesight(resting_every_s=0, closed_every_s=0, held_every_s=0)
_TICKS = st.integers(20, 980)
_COUNTS = st.integers(1, 400)
_LADDERS = st.tuples(
    st.lists(st.tuples(_TICKS, _COUNTS), max_size=4, unique_by=lambda rung: rung[0]),
    st.lists(st.tuples(_TICKS, _COUNTS), max_size=4, unique_by=lambda rung: rung[0]),
).map(lambda sides: _apart(*sides))
_LIMITS = st.none() | st.integers(1, 99).map(lambda cents: 10 * cents)
_ORDERS = st.fixed_dictionaries(
    {
        "side": st.sampled_from(Side),
        "outcome": st.integers(0, 1),
        "amount": st.integers(1, 9000),
        "limit": _LIMITS,
        "force": st.sampled_from([FAK, FOK, GTC]),
    }
)
_ACTS = st.one_of(
    st.tuples(st.just("quote"), _LADDERS),
    st.tuples(st.just("book"), _ORDERS),
    st.tuples(st.just("book"), _ORDERS),
    st.tuples(st.just("pool"), _ORDERS),
    st.tuples(st.just("trade"), st.tuples(_TICKS, _COUNTS)),
    st.tuples(st.just("cancel"), st.integers(0, 5)),
    st.tuples(st.just("amend"), st.tuples(st.integers(0, 5), st.integers(9, 100), _COUNTS)),
    st.tuples(st.sampled_from(["mint", "burn"]), st.integers(1, 3000)),
    st.tuples(st.just("pass"), st.integers(1, 240)),
    st.tuples(st.just("end"), st.integers(0, 3)),
    st.tuples(st.just("restart"), st.none()),
)


def _apart(
    bids: list[tuple[int, int]], asks: list[tuple[int, int]]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """A ladder that does not cross itself."""
    low = min((tick for tick, _ in asks), default=1000)
    return [rung for rung in bids if rung[0] < low], asks


@dataclass
class Play:
    """A paper account over a world in process, with a log that it can be opened from again."""

    file: Path
    world: StillWorld = field(default_factory=lambda: StillWorld(Switches()))
    count: int = 0
    log: PaperLog = field(init=False)
    paper: PaperVenue = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.log = PaperLog(self.file)
        data = LocalMarketData(self.world)  # type: ignore[arg-type]
        clock = WorldClock(self.world)
        # Every read looks: what an account tells must not depend on when it looked last.
        self.paper = PaperVenue(
            data, clock=clock, bankroll=BANKROLL, log=self.log, eyesight=_ALWAYS
        )

    @property
    def book(self) -> MarketState:
        return self.world.book.markets[0]

    @property
    def desk(self) -> PaperDesk:
        return self.paper._desk

    async def place(self, venue: Venue, market: MarketState, what: dict[str, Any]) -> PlaceReply:
        self.count += 1
        limit = None if what["limit"] is None else str(Decimal(what["limit"]) / 1000)
        if market.event.spec.engine is Engine.AMM:
            limit = None
        make = buying if what["side"] is Side.BUY else selling
        amount = what["amount"] if what["side"] is Side.BUY else Decimal(what["amount"]) / 100
        force = what["force"] if market.event.spec.engine is Engine.CLOB else None
        order = make(market, str(amount), limit, outcome=what["outcome"], time_in_force=force)
        return await venue.send(venue.seal(order, key=f"key-{self.count}"))

    async def act(self, verb: str, what: Any) -> None:
        """Do one of the acts; what a closed market does not take is passed over."""
        await getattr(self, f"_{verb}")(what)

    async def _quote(self, ladder: Any) -> None:
        if self.book.is_open:
            self.quote(*ladder)

    async def _book(self, what: dict[str, Any]) -> None:
        await self.place(self.paper, self.book, what)

    async def _pool(self, what: dict[str, Any]) -> None:
        await self.place(self.paper, self.world.pool.markets[0], what)

    async def _trade(self, what: tuple[int, int]) -> None:
        if self.book.is_open:
            self.trade(*what)

    async def _cancel(self, index: int) -> None:
        await self.paper.cancel(self.order(index))

    async def _amend(self, what: tuple[int, int, int]) -> None:
        index, cents, count = what
        change = Amend(
            order_id=self.order(index),
            new_price=Price(Decimal(cents) / 100),
            new_size=Shares(Decimal(count)),
        )
        self.count += 1
        await self.paper.amend(change, key=f"amend-{self.count}")

    async def _mint(self, amount: int) -> None:
        await self.paper.mint(MarketId(self.book.id), Money.of(amount, NGN))

    async def _burn(self, amount: int) -> None:
        await self.paper.burn(MarketId(self.book.id), Money.of(amount, NGN))

    async def _pass(self, seconds: int) -> None:
        self.world.advance(self.world.exchange.now_ms + seconds * 1000)

    async def _end(self, how: int) -> None:
        self.end(how)

    async def _restart(self, _: None) -> None:
        before = await account(self.paper)
        self.log.close()
        self.open()
        assert await account(self.paper) == before

    def quote(self, bids: Sequence[tuple[int, int]], asks: Sequence[tuple[int, int]]) -> None:
        self.count += 1
        self.world.quote(self.book, bids=bids, asks=asks, stamp=self.count)

    def trade(self, tick: int, count: int) -> None:
        exchange = self.world.exchange
        one, other = (exchange.open_house_account(name) for name in ("one", "other"))
        rung = [(tick, count * SHARE)]
        exchange.quote_ladder(one, self.book, NGN, bids=rung, asks=[], stamp=1)
        exchange.take(
            other,
            self.book,
            NGN,
            outcome=1,
            limit_tick=1000 - tick,
            micro=count * SHARE,
            stamp=1,
        )
        exchange.quote_ladder(one, self.book, NGN, bids=[], asks=[], stamp=2)

    def order(self, index: int) -> OrderId:
        ids = [order.id for order in self.desk.account.orders.values()]
        return OrderId(ids[index % len(ids)] if ids else "none")

    def end(self, how: int) -> None:
        market = self.book if how < 2 else self.world.pool.markets[0]
        if market.winner is not None or market.is_void:
            return
        if how == 1:
            self.world.exchange.void(market)
        else:
            self.world.exchange.resolve(market, how % 2)


def conserved(desk: PaperDesk) -> None:
    """Raise AssertionError where money or shares came from nowhere, or went there."""
    ledger, mine = desk.exchange.state.ledger, desk.account
    assets = {asset for holder in ledger.holders for asset in holder.balances}
    assert not any(ledger.total(asset) for asset in assets)
    assert all(units >= 0 for units in mine.free.balances.values())
    claimed: Counter[int] = Counter()
    for order in desk.resting():
        asset, units = claim(order)
        claimed[asset] += units
    assert {a: u for a, u in mine.locked.balances.items() if u} == +claimed
    cash = mine.free.holds(CASH[NGN]) + mine.locked.holds(CASH[NGN])
    made = sum(result.profit_nanos for result in mine.results)
    assert cash + sum(mine.costs.values()) - made == to_units(BANKROLL.amount, NANO)


@given(acts=st.lists(_ACTS, max_size=25))
def test_account_when_anything_is_done_then_money_and_shares_are_conserved(
    acts: list[tuple[str, Any]],
) -> None:
    async def play(folder: str) -> None:
        it = Play(Path(folder) / "paper.jsonl")
        try:
            await it.paper.event(it.world.book.id, currency=NGN)  # type: ignore[arg-type]
            for verb, what in acts:
                await it.act(verb, what)
                conserved(it.desk)
            await it.act("restart", None)
            conserved(it.desk)
        finally:
            it.log.close()

    with TemporaryDirectory() as folder:
        asyncio.run(play(folder))


@given(ladder=_LADDERS, order=_ORDERS)
def test_order_when_it_is_the_first_then_it_gets_what_the_venue_gives(
    ladder: Any, order: dict[str, Any]
) -> None:
    async def play(folder: str) -> None:
        it = Play(Path(folder) / "paper.jsonl")
        try:
            user = it.world.exchange.open_account("real")
            it.world.exchange.deposit(user, BANKROLL)
            real = LocalVenue(it.world, user)  # type: ignore[arg-type]
            it.quote(*ladder)
            for market in (it.book, it.world.pool.markets[0]):
                mine = await it.place(it.paper, market, order)
                theirs = await it.place(real, market, order)
                assert type(mine) is type(theirs)
                if isinstance(mine, Accepted) and isinstance(theirs, Accepted):
                    assert _shape(mine) == _shape(theirs)
            mine_cash = it.desk.account.cash(NGN)
            assert abs(mine_cash - user.cash(NGN)) <= to_units(Decimal("0.01"), NANO)
        finally:
            it.log.close()

    with TemporaryDirectory() as folder:
        asyncio.run(play(folder))


def _shape(reply: Accepted) -> tuple[object, ...]:
    order = reply.order
    return (order.status, order.size, order.filled, order.price, order.amount, order.outcome_id)


@given(ladder=_LADDERS, orders=st.lists(_ORDERS, max_size=8))
def test_display_when_it_stands_still_then_no_level_gives_more_than_it_shows(
    ladder: Any, orders: list[dict[str, Any]]
) -> None:
    async def play(folder: str) -> None:
        it = Play(Path(folder) / "paper.jsonl")
        try:
            it.quote(*ladder)
            await it.paper.event(it.world.book.id, currency=NGN)  # type: ignore[arg-type]
            await it.paper.mint(MarketId(it.book.id), Money.of(20_000, NGN))
            for order in orders:
                await it.place(it.paper, it.book, order)
            taken: Counter[tuple[str, int]] = Counter()
            for trade in it.desk.account.trades:
                if trade.maker.account.is_house:
                    side = "bid" if trade.maker.is_bid else "ask"
                    taken[side, trade.maker.tick] += trade.micro
            shown = {("bid", tick): count * SHARE for tick, count in ladder[0]}
            shown |= {("ask", tick): count * SHARE for tick, count in ladder[1]}
            assert all(micro <= shown[level] for level, micro in taken.items())
        finally:
            it.log.close()

    with TemporaryDirectory() as folder:
        asyncio.run(play(folder))
