"""What a person does with single markets: approve or reject a signal, trade, analyze, close.

Everything goes through the same gate as the agent's own acts. What a command sends has an id that
is derived from the command, so that one which is taken twice is sent once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from bayse_agent.domain.command import Command
from bayse_agent.domain.decision import Bet, ByHand, Exit, Pass, Reason
from bayse_agent.domain.errors import CommandRefused, VenueRejected
from bayse_agent.domain.fees import book_offers, purchase
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.journal import Look, TrackedMarket, tracked
from bayse_agent.domain.liquidation import Keep, KeepReason, WayOut, way_out
from bayse_agent.domain.market import Engine, EventId, MarketId, OutcomeId, Quote, Side
from bayse_agent.domain.money import Money, Price
from bayse_agent.domain.order import Buy, IntentId, IntentSource, Sell, intent_id
from bayse_agent.domain.portfolio import Position
from bayse_agent.domain.signal import Signal, SignalStatus
from bayse_agent.trading.acting import Case, act_on, decide, numbers_of, put_forward
from bayse_agent.trading.agent import Agent, Approval
from bayse_agent.trading.execution import Result
from bayse_agent.trading.leaving import find_exit
from bayse_agent.trading.research import Seen, context_of, research

Answer = Mapping[str, str]
_STEP = Decimal("0.000001")
_SLIP = Decimal("1.02")
"""How much dearer than quoted a formula market may become before a trade by hand is not sent."""


async def approve(agent: Agent, signal_id: str, *, by: str, stake: Decimal | None) -> Answer:
    """Execute a signal that still holds on fresh data, at no more than its stake."""
    name = intent_id("signal", signal_id)
    signal = await _signal(agent, signal_id)
    if signal.status is SignalStatus.EXECUTED:
        # It was ended, and the answer to the command was lost with the process.
        told = {"outcome": "executed already", "detail": signal.note}
        return {"signal": signal.id, "status": signal.status.value, "intent": name, **told}
    _check_pending(signal)
    if await agent.store.has_intent(name):
        # It was sent, and the answer to the command was lost with the process.
        result = Result(reason=Reason.UNRESOLVED, detail="sent already", is_written=True)
    else:
        _check_in_time(agent, signal)
        result = await put_forward(agent, await _renewed(agent, signal, name, stake))
    status = SignalStatus.EXECUTED if result.is_written else SignalStatus.REFUSED
    note = f"{result.reason.value} {result.detail}".strip()
    await agent.store.end_signal(signal.id, status=status, by=by, note=note, at=agent.clock.now())
    return {"signal": signal.id, "status": status.value, "intent": name, **_answer(result)}


async def reject(agent: Agent, signal_id: str, *, by: str, note: str) -> Answer:
    signal = await _signal(agent, signal_id)
    _check_pending(signal)
    _check_in_time(agent, signal)
    await agent.store.end_signal(
        signal.id, status=SignalStatus.REJECTED, by=by, note=note, at=agent.clock.now()
    )
    return {"signal": signal.id, "status": SignalStatus.REJECTED.value}


async def trade(
    agent: Agent,
    *,
    event_id: str,
    market_id: str,
    outcome_id: str,
    stake: Decimal,
    worst_price: Decimal | None,
    command: Command,
) -> Answer:
    """Buy what a person asks for, within every limit but those on edge and confidence."""
    name = intent_id("command", command.id)
    if await agent.store.has_intent(name):
        return {"intent": name, "outcome": "sent already"}
    context = await _followed(agent, EventId(event_id), MarketId(market_id))
    outcome = context.market.outcome(OutcomeId(outcome_id))
    if outcome is None:
        raise CommandRefused(f"market {market_id!r} has no outcome {outcome_id!r}")
    money = Money(stake, agent.habits.currency)
    context, offered = await _offered(agent, context, outcome.id, money)
    wish = Buy(
        market_id=context.market.id,
        outcome_id=outcome.id,
        stake=money,
        worst_price=offered if worst_price is None else Price(worst_price),
    )
    case = Case(
        id=name,
        proposal=ByHand(wish=wish, forecast_id=None, asked_by=command.by),
        context=context,
        source=IntentSource.HAND,
        approval=Approval.AUTOMATIC,
        cause=f"asked for by {command.by}",
    )
    return {"intent": name, **_answer(await put_forward(agent, case))}


async def analyze(agent: Agent, event_id: str, market_id: str) -> Answer:
    """Look at one market now, and act on it as the scan would."""
    sight = await _look(agent, EventId(event_id), MarketId(market_id))
    look, is_written = await act_on(agent, sight, IntentSource.SCAN)
    if not is_written:
        await agent.store.add_looks([look])
    forecast = {} if look.forecast is None else {"forecast": str(look.forecast.probability)}
    return {"reason": look.reason.value, **forecast, **look.inputs}


async def close(agent: Agent, market_id: str, command: Command) -> Answer:
    """Sell what is held in a market; without `confirm` only say what that would bring."""
    held = [p for p in await _positions(agent) if p.market_id == market_id]
    if not held:
        raise CommandRefused(f"nothing is held in market {market_id!r}")
    return await _close(agent, held, command)


async def close_all(agent: Agent, command: Command) -> Answer:
    """The same for everything that is held."""
    return await _close(agent, await _positions(agent), command)


async def _close(agent: Agent, held: Sequence[Position], command: Command) -> Answer:
    told: dict[str, str] = {"positions": str(len(held))}
    is_confirmed = command.arguments.get("confirm", "") == "yes"
    for position in held:
        context, way = await _door(agent, position)
        if isinstance(way, Keep):
            outcome = f"{way.reason.value} {way.detail}".strip()
        elif is_confirmed and context is not None:
            outcome = await _sell(agent, context, position, way, command)
        else:
            outcome = f"would bring {way.whole.cash} for {way.whole.shares} shares"
        told[position.outcome_id] = outcome
    return told if is_confirmed else {**told, "sent": "nothing: confirm=yes sends it"}


async def _door(agent: Agent, position: Position) -> tuple[Context | None, WayOut | Keep]:
    """The way out of a position, and the context that it was read in."""
    markets = {m.market_id: m for m in await agent.store.tracked()}
    known = markets.get(position.market_id)
    if known is None:
        return None, Keep(
            market_id=position.market_id,
            outcome_id=position.outcome_id,
            reason=KeepReason.NOT_TRADING,
            detail="its market has ended",
        )
    context = await context_of(agent, known.event_id, known.market_id)
    if context.event.engine is Engine.AMM:
        count = position.shares.quantize(_STEP, ROUND_DOWN)
        context = await _with_quote(agent, context, position.outcome_id, Side.SELL, count)
    return context, way_out(position, context, agent.habits.exits.max_data_age_s)


async def _sell(
    agent: Agent, context: Context, position: Position, way: WayOut, command: Command
) -> str:
    name = intent_id("command", command.id, position.outcome_id)
    if await agent.store.has_intent(name):
        return "sent already"
    wish = Sell(
        market_id=position.market_id,
        outcome_id=position.outcome_id,
        shares=way.whole.shares,
        currency=agent.habits.currency,
        worst_price=way.whole.worst_price,
    )
    case = Case(
        id=name,
        proposal=Exit(wish=wish, forecast_id=None, cause=f"asked for by {command.by}"),
        context=context,
        source=IntentSource.HAND,
        approval=Approval.AUTOMATIC,
        cause=f"asked for by {command.by}",
    )
    result = await put_forward(agent, case)
    return f"{result.reason.value} {result.detail}".strip()


async def _signal(agent: Agent, signal_id: str) -> Signal:
    found = next((one for one in await agent.store.signals() if one.id == signal_id), None)
    if found is None:
        raise CommandRefused(f"no signal {signal_id!r}")
    return found


def _check_pending(signal: Signal) -> None:
    if signal.status is not SignalStatus.PENDING:
        raise CommandRefused(f"the signal is {signal.status} already")


def _check_in_time(agent: Agent, signal: Signal) -> None:
    if signal.expires_at <= agent.clock.now():
        raise CommandRefused(f"the signal expired at {signal.expires_at:%H:%M:%S}")


async def _renewed(agent: Agent, signal: Signal, name: IntentId, stake: Decimal | None) -> Case:
    """The signal's case made anew on fresh data. Raises CommandRefused when it no longer holds."""
    wish = signal.wish
    if isinstance(wish, Sell):
        exit_case = await find_exit(agent, wish.market_id, wish.outcome_id)
        if exit_case is None:
            raise CommandRefused("there is no reason to sell it any more")
        return replace(exit_case, id=name, approval=Approval.AUTOMATIC)
    sight = await _look(agent, signal.event_id, wish.market_id)
    if not isinstance(sight, Seen):
        raise CommandRefused(f"the market cannot be judged now: {sight.reason}")
    context = replace(sight.context, now=agent.clock.now())
    decision = await decide(agent, context, sight.forecast)
    if isinstance(decision, Pass):
        raise CommandRefused(f"the case no longer holds: {decision.reason} {decision.detail}")
    if decision.wish.outcome_id != wish.outcome_id:
        raise CommandRefused("the case is for the other outcome by now")
    bet = _lowered(decision, wish, stake)
    numbers = numbers_of(bet)
    look = Look(
        market_id=wish.market_id,
        at=context.now,
        reason=Reason.AWAITING_APPROVAL,
        forecast=sight.forecast,
        inputs=numbers,
    )
    return Case(
        id=name,
        proposal=bet,
        context=context,
        source=signal.source,
        approval=Approval.AUTOMATIC,
        forecast=sight.forecast,
        look=look,
        inputs=numbers,
    )


def _lowered(bet: Bet, signalled: Buy, stake: Decimal | None) -> Bet:
    """The bet at the least of what it, the signal and the person say."""
    least = min(bet.wish.stake, signalled.stake)
    if stake is not None:
        least = min(least, Money(stake, least.currency))
    return replace(bet, wish=replace(bet.wish, stake=least))


async def _look(agent: Agent, event_id: EventId, market_id: MarketId) -> Seen | Look:
    await _followed(agent, event_id, market_id)
    (sight,) = await research(agent, [await _tracked(agent, market_id)])
    return sight


async def _tracked(agent: Agent, market_id: MarketId) -> TrackedMarket:
    for market in await agent.store.tracked():
        if market.market_id == market_id:
            return market
    raise CommandRefused(f"market {market_id!r} has ended")


async def _followed(agent: Agent, event_id: EventId, market_id: MarketId) -> Context:
    """The market as of now, remembered from here on."""
    context = await context_of(agent, event_id, market_id)
    now = agent.clock.now()
    market = tracked(context.event, context.market, now)
    await agent.store.track([market], source="by hand", read_at=now)
    return context


async def _offered(
    agent: Agent, context: Context, outcome_id: OutcomeId, stake: Money
) -> tuple[Context, Price]:
    """The worst price that a stake would have to pay now, and the context that it was read in."""
    if context.event.engine is Engine.AMM:
        priced = await _with_quote(agent, context, outcome_id, Side.BUY, stake.amount)
        quoted = min(priced.quotes[-1].average_price * _SLIP, Decimal("0.99"))
        return priced, Price(quoted.quantize(Decimal("0.000001")))
    for book in (context.book1, context.book2):
        if book is not None and book.outcome_id == outcome_id:
            rate = context.market.fee_rate
            bought = None if rate is None else purchase(book_offers(book, rate), stake)
            if bought is not None:
                return context, bought.worst_price
    raise CommandRefused("nothing is offered there now")


async def _with_quote(
    agent: Agent, context: Context, outcome_id: OutcomeId, side: Side, amount: Decimal
) -> Context:
    try:
        quote: Quote = await agent.market_data.quote(
            event_id=context.event.id,
            market_id=context.market.id,
            outcome_id=outcome_id,
            side=side,
            amount=amount,
            currency=agent.habits.currency,
        )
    except VenueRejected as error:
        raise CommandRefused(f"the venue quotes no price: {error}") from error
    return replace(context, quotes=(*context.quotes, quote), now=agent.clock.now())


async def _positions(agent: Agent) -> tuple[Position, ...]:
    return (await agent.store.portfolio(agent.habits.currency)).positions


def _answer(result: Result) -> dict[str, str]:
    return {"outcome": result.reason.value, "detail": result.detail}
