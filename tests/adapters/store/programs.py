"""Random programs of store operations: whatever is drawn is fit to be tried in the books."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.domain.books import Equity
from bayse_agent.domain.command import Command, CommandKind, CommandStatus
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.journal import Deposit, IntentChange, MarketResult, OpenIntent, Run
from bayse_agent.domain.market import MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency, Money, Price, Shares
from bayse_agent.domain.order import (
    Buy,
    Fill,
    FillId,
    Intent,
    IntentId,
    IntentStatus,
    OrderId,
    Sell,
)
from bayse_agent.domain.portfolio import Position, Settlement
from bayse_agent.domain.risk import Limits
from bayse_agent.domain.signal import Signal, SignalStatus
from tests.builders import (
    DOWN,
    NOON,
    UP,
    a_book,
    a_control,
    a_forecast,
    a_look,
    a_sealed_order,
    a_tracked_market,
    a_venue_order,
    an_intent,
)

MARKETS = tuple(MarketId(f"market-{number}") for number in range(4))
PRICE = Price(Decimal("0.55"))


@dataclass
class Program:
    """Draws one operation after the other, and counts them: the number makes each one's ids."""

    data: st.DataObject
    number: int = 0

    def pick(self, strategy: st.SearchStrategy[object]) -> object:
        return self.data.draw(strategy)

    @property
    def at(self) -> datetime:
        """Now and then many hours pass, so that the spans of what is recent are tried as well."""
        return NOON + timedelta(hours=self.number * 5, microseconds=self.number)

    @property
    def currency(self) -> Currency:
        return self.data.draw(st.sampled_from(Currency))

    @property
    def market(self) -> MarketId:
        return self.data.draw(st.sampled_from(MARKETS))

    @property
    def amount(self) -> Decimal:
        return self.data.draw(st.decimals(min_value=0, max_value=5_000, places=3))

    async def step(self, store: SqlStore) -> None:
        """Try one operation; what the books refuse raises as it does for anybody."""
        self.number += 1
        operation = self.data.draw(st.sampled_from(OPERATIONS))
        await operation(self, store)


Operation = Callable[[Program, SqlStore], Awaitable[None]]


async def deposit(program: Program, store: SqlStore) -> None:
    amount = Money(program.amount - 1_000, program.currency)
    await store.add_deposit(Deposit(id=f"d-{program.number}", amount=amount, at=program.at))


async def track(program: Program, store: SqlStore) -> None:
    market = a_tracked_market(program.market)
    await store.track([market], source="events", read_at=program.at)


async def look(program: Program, store: SqlStore) -> None:
    await store.add_looks([a_look(market_id=program.market, at=program.at)])


async def buy(program: Program, store: SqlStore) -> None:
    intent = _wish(program, None)
    forecast = replace(
        a_forecast(market_id=intent.market_id, made_at=program.at), id=f"f-{program.number}"
    )
    seen = a_look(market_id=intent.market_id, at=program.at, forecast=forecast)
    intent = replace(intent, forecast_id=forecast.id)
    await store.add_intent(intent, sealed=a_sealed_order(), look=seen)


async def sell(program: Program, store: SqlStore) -> None:
    held = await _held(store)
    if held:
        position = program.data.draw(st.sampled_from(held))
        await store.add_intent(_wish(program, position), sealed=a_sealed_order(), look=None)


async def take_external(program: Program, store: SqlStore) -> None:
    intent = _wish(program, None)
    order = a_venue_order(intent, id=f"elsewhere-{program.number}")
    await store.add_external(intent, replace(order, filled=Shares(Decimal(0))))


async def change(program: Program, store: SqlStore) -> None:
    known = await store.open_intents()
    if not known:
        return
    one: OpenIntent = program.data.draw(st.sampled_from(known))
    status = program.data.draw(st.sampled_from(IntentStatus))
    has_order = program.data.draw(st.booleans()) or one.order_id is not None
    order_id = one.order_id or OrderId(f"order-{program.number}")
    fills = _fills(program, one, order_id) if has_order else ()
    order = replace(a_venue_order(an_intent()), id=order_id) if has_order else None
    await store.change_intent(
        IntentChange(
            intent_id=one.intent.id,
            status=status,
            proof="read",
            at=program.at,
            shows_absence=not has_order,
            order=order,
            fills=fills,
        )
    )


async def end(program: Program, store: SqlStore) -> None:
    market = program.market
    winner = program.data.draw(st.sampled_from([UP, DOWN, None]))
    paid = tuple(
        Settlement(
            market_id=market,
            outcome_id=position.outcome_id,
            winner=winner,
            shares=position.shares,
            payout=Money(program.amount, position.cost.currency),
            at=program.at - timedelta(minutes=1),
        )
        for position in await _held(store)
        if position.market_id == market
    )
    result = MarketResult(market_id=market, winner=winner, at=program.at, settlements=paid)
    await store.end_markets([result])


async def steer(program: Program, store: SqlStore) -> None:
    # Armed most of the time, or little would ever happen.
    states = [TradingState.ARMED] * 3 + list(TradingState)
    epoch = (await store.control()).epoch + 1
    state = program.data.draw(st.sampled_from(states))
    await store.set_control(replace(a_control(state, epoch=epoch), at=program.at))


async def limit(program: Program, store: SqlStore) -> None:
    limits = replace(Limits(), max_open_markets=program.number)
    await store.set_limits(limits, by="tester", reason="drawn", at=program.at)


async def command(program: Program, store: SqlStore) -> None:
    waiting = await store.pending_commands()
    if waiting:
        await store.finish_command(
            waiting[0].id, status=CommandStatus.DONE, result={}, at=program.at
        )
        return
    kind = program.data.draw(st.sampled_from(CommandKind))
    await store.add_command(
        Command(id=f"c-{program.number}", kind=kind, by="tester", at=program.at)
    )


async def signal(program: Program, store: SqlStore) -> None:
    waiting = await store.signals(SignalStatus.PENDING)
    if waiting:
        status = program.data.draw(st.sampled_from(SignalStatus))
        await store.end_signal(
            waiting[0].id, status=status, by="tester", note="drawn", at=program.at
        )
        return
    intent = _wish(program, None)
    await store.add_signal(
        Signal(
            id=f"s-{program.number}",
            source=intent.source,
            event_id=intent.event_id,
            engine=intent.engine,
            wish=intent.wish,
            forecast_id=None,
            made_at=program.at,
            expires_at=program.at + timedelta(minutes=5),
        )
    )


async def value(program: Program, store: SqlStore) -> None:
    worth = Money(program.amount, program.currency)
    await store.add_equity(Equity(at=program.at, value=worth, cash=worth, wallet=worth))


async def mark(program: Program, store: SqlStore) -> None:
    price = Price(program.data.draw(st.decimals(min_value=0, max_value=1, places=2)))
    places = {(market, outcome): price for market in MARKETS for outcome in (UP, DOWN)}
    await store.raise_marks(places, at=program.at)
    await store.add_books_seen([a_book()], at=program.at)


async def begin(program: Program, store: SqlStore) -> None:
    mode = program.data.draw(st.sampled_from(["demo", "demo", "paper"]))
    run = Run(id=f"run-{program.number:03}", mode=mode, started_at=program.at, options={})
    await store.begin_run(run)


OPERATIONS: tuple[Operation, ...] = (
    *(buy, change, change, change, sell),
    *(track, track, end, look, deposit, take_external),
    *(steer, limit, command, signal, value, mark, begin),
)


async def _held(store: SqlStore) -> list[Position]:
    books = [await store.portfolio(currency) for currency in Currency]
    return [position for portfolio in books for position in portfolio.positions]


def _wish(program: Program, held: Position | None) -> Intent:
    """An intent to sell what is held, or to buy something."""
    wish: Buy | Sell
    if held is not None:
        wish = Sell(
            market_id=held.market_id,
            outcome_id=held.outcome_id,
            shares=held.shares,
            currency=held.cost.currency,
            worst_price=PRICE,
        )
    else:
        wish = Buy(
            market_id=program.market,
            outcome_id=program.data.draw(st.sampled_from([UP, DOWN])),
            stake=Money(program.amount, program.currency),
            worst_price=PRICE,
        )
    return replace(
        an_intent(),
        id=IntentId(f"i-{program.number}"),
        market_id=wish.market_id,
        wish=wish,
        forecast_id=None,
        created_at=program.at,
    )


def _fills(program: Program, known: OpenIntent, order_id: OrderId) -> tuple[Fill, ...]:
    wish = known.intent.wish
    most = Decimal(10) if isinstance(wish, Buy) else wish.shares / 2
    outcome: OutcomeId = wish.outcome_id
    return tuple(
        Fill(
            id=FillId(f"x-{program.number}-{number}"),
            intent_id=known.intent.id,
            order_id=order_id,
            market_id=wish.market_id,
            outcome_id=outcome,
            side=Side.BUY if isinstance(wish, Buy) else Side.SELL,
            shares=Shares(most),
            price=PRICE,
            cash=Money(program.amount, known.intent.currency),
            fee=Money(program.amount / 100, known.intent.currency),
            at=program.at - timedelta(seconds=1),
        )
        for number in range(program.data.draw(st.integers(0, 2)))
    )
