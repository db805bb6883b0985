"""Markets that have ended: what they paid enters the books, and every forecast gets its score.

Money is settled on two readings of the venue that agree: who it says has won, and what the account
was paid. Where nothing was held the first is enough: nothing but a score hangs on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from bayse_agent.domain.errors import VenueError
from bayse_agent.domain.forecast import Forecast
from bayse_agent.domain.journal import ForecastScore, MarketResult, TrackedMarket, tracked
from bayse_agent.domain.market import Event, EventId, Market, MarketId, OutcomeId
from bayse_agent.domain.money import ZERO, Money
from bayse_agent.domain.portfolio import Activity, Portfolio, Position, Settlement
from bayse_agent.domain.scoring import brier, log_loss
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.concurrent import each
from bayse_agent.trading.halting import stop
from bayse_agent.trading.proving import prove
from bayse_agent.trading.verification import has_ended

_WON, _LOST, _REFUNDED = "PAYOUT_WIN", "PAYOUT_LOSS", "BUY_REFUND"
_Payouts = Mapping[tuple[MarketId | None, OutcomeId | None], Activity]


async def settle(agent: Agent) -> tuple[MarketResult, ...]:
    """Write down every market that the venue has resolved or voided since. Raises VenueError.

    A market in which money is still on its way (an order, a payout) waits for the next pass.
    """
    now = agent.clock.now()
    over = [market for market in await agent.store.tracked() if _may_be_over(market, now)]
    return await _settle(agent, over + await _undated(agent, now) + await _late(agent, now), now)


async def settle_held(agent: Agent) -> tuple[MarketResult, ...]:
    """The same for the markets that something is held in, whatever their dates say: a market may
    end before its time. Raises VenueError.
    """
    portfolio = await agent.store.portfolio(agent.habits.currency)
    held = {position.market_id for position in portfolio.positions}
    markets = [market for market in await agent.store.tracked() if market.market_id in held]
    return await _settle(agent, markets, agent.clock.now())


async def _settle(
    agent: Agent, over: Sequence[TrackedMarket], now: datetime
) -> tuple[MarketResult, ...]:
    if not over:
        return ()
    ended = await _ended(agent, over)
    await prove(agent, ended)
    portfolio = await agent.store.portfolio(agent.habits.currency)
    ordered = {intent.market_id for intent in portfolio.live}
    ended = {key: market for key, market in ended.items() if key not in ordered}
    if not ended:
        return ()
    since = _earliest(ended, over, now)
    payouts = await _payouts(agent, ended, portfolio, since)
    disputed = {key: line for key, line in payouts.items() if not _agrees(ended, line)}
    await _bear_disputes(agent, disputed, now)
    paid = {
        key: line
        for key, line in payouts.items()
        if key not in disputed and _explains(agent, line, portfolio, now)
    }
    open_still = {market.market_id for market in await agent.store.tracked()}
    # What turned up late is in a market of which every forecast has its score.
    forecasts = await agent.store.forecasts_of(sorted(ended.keys() & open_still))
    results = [
        result
        for key in sorted(ended)
        if (result := _result(ended[key], portfolio, paid, forecasts.get(key, ()), now)) is not None
    ]
    await agent.store.end_markets(results)
    return tuple(results)


async def _late(agent: Agent, now: datetime) -> list[TrackedMarket]:
    """Markets that ended before an order of theirs turned up: something is held there still."""
    books = await agent.store.books(agent.habits.currency)
    known = {market.market_id for market in await agent.store.tracked()}
    found: list[TrackedMarket] = []
    for position in books.portfolio.positions:
        if position.market_id in known:
            continue
        known.add(position.market_id)
        event = await _event(agent, books.tags[position.market_id].event_id)
        market = None if event is None else event.market(position.market_id)
        if event is not None and market is not None:
            found.append(tracked(event, market, now))
    return found


def _may_be_over(market: TrackedMarket, now: datetime) -> bool:
    moment = market.resolves_at or market.closes_at
    return moment is not None and moment <= now


async def _undated(agent: Agent, now: datetime) -> list[TrackedMarket]:
    """Markets without dates, when they were looked at by the last pass."""
    looks = await agent.store.last_looks()
    since = now - timedelta(seconds=2 * agent.habits.schedule.scan_s)
    return [
        market
        for market in await agent.store.tracked()
        if market.closes_at is None
        and market.resolves_at is None
        and looks.get(market.market_id, since) > since
    ]


async def _ended(agent: Agent, over: Sequence[TrackedMarket]) -> dict[MarketId, Market]:
    """Of the tracked markets, those that the venue has resolved or voided."""
    ids = sorted({market.event_id for market in over})
    read = partial(_event, agent)
    events = await each(ids, read, at_once=agent.habits.reads_at_once)
    wanted = {market.market_id for market in over}
    return {
        market.id: _with_figures(event, market)
        for event in events
        if event is not None
        for market in event.markets
        if market.id in wanted and has_ended(event, market)
    }


def _with_figures(event: Event, market: Market) -> Market:
    """A window's figures stand with its event where the market itself tells none."""
    return replace(
        market,
        threshold=event.threshold if market.threshold is None else market.threshold,
        close_value=event.close_value if market.close_value is None else market.close_value,
    )


async def _event(agent: Agent, event_id: EventId) -> Event | None:
    try:
        return await agent.market_data.event(event_id, currency=agent.habits.currency)
    except VenueError:
        # It stays tracked: the next pass asks again.
        return None


def _earliest(
    ended: Mapping[MarketId, Market], over: Sequence[TrackedMarket], now: datetime
) -> datetime | None:
    """When the first of the markets can have paid; None when that is not known: a market without
    a date, or one that ended before its time.
    """
    closings = [market.closes_at for market in over if market.market_id in ended]
    known = [closing for closing in closings if closing is not None and closing <= now]
    return min(known) if len(known) == len(closings) else None


async def _payouts(
    agent: Agent,
    ended: Mapping[MarketId, Market],
    portfolio: Portfolio,
    since: datetime | None,
) -> _Payouts:
    """The account's lines that paid or refunded what was held in those markets. They are looked
    for as far back as `since`; None is to the very first.
    """
    held = {_place(position) for position in portfolio.positions if position.market_id in ended}
    found: dict[tuple[MarketId | None, OutcomeId | None], Activity] = {}
    number, last = 1, 1
    while number <= last and not held <= found.keys():
        page = await agent.venue.activities(page=number, size=agent.habits.page_size)
        for line in page.items:
            market = ended.get(line.market_id) if line.market_id else None
            is_ours = line.currency is portfolio.currency
            if market is not None and is_ours and _is_payout(line, market):
                found.setdefault((line.market_id, line.outcome_id), line)
        if since is not None and page.items and page.items[-1].at < since:
            break
        number, last = number + 1, page.last
    return found


def _is_payout(line: Activity, market: Market) -> bool:
    """Whether a line is what the market's end paid, and not what an order gave back."""
    return line.kind in (_WON, _LOST) or (market.winner is None and line.kind == _REFUNDED)


def _agrees(ended: Mapping[MarketId, Market], line: Activity) -> bool:
    """Whether a line says the same of who has won as the market does."""
    assert line.market_id is not None
    winner = ended[line.market_id].winner
    if winner is None:
        return line.kind == _REFUNDED
    return line.kind == (_WON if line.outcome_id == winner else _LOST)


async def _bear_disputes(agent: Agent, disputed: _Payouts, now: datetime) -> None:
    """One of the two readings may be late; what disagrees for longer is not understood."""
    patience = timedelta(seconds=agent.habits.difference_s)
    told = [
        f"market {line.market_id}: {line.kind} was paid for {line.outcome_id}, against its winner"
        for line in disputed.values()
        if now - line.at >= patience
    ]
    if told:
        await stop(agent, reason="; ".join(sorted(told)), by="settlement")


def _explains(agent: Agent, line: Activity, portfolio: Portfolio, now: datetime) -> bool:
    """Whether a line paid for just the shares that the books hold.

    If not, an order is missing in the books. It is waited for as long as one could turn up.
    """
    if line.size is None or now - line.at >= timedelta(seconds=agent.habits.watch_s):
        return True
    held = sum(
        (p.shares for p in portfolio.positions if _place(p) == (line.market_id, line.outcome_id)),
        ZERO,
    )
    return abs(line.size - held) <= agent.habits.shares_tolerance


def _place(position: Position) -> tuple[MarketId, OutcomeId]:
    return position.market_id, position.outcome_id


def _result(
    market: Market,
    portfolio: Portfolio,
    payouts: _Payouts,
    forecasts: Sequence[Forecast],
    now: datetime,
) -> MarketResult | None:
    """How a market ended for us; None while what was held is not paid out yet."""
    held = [position for position in portfolio.positions if position.market_id == market.id]
    found = [_settlement(market, one, payouts.get((one.market_id, one.outcome_id))) for one in held]
    paid = tuple(settlement for settlement in found if settlement is not None)
    if len(paid) < len(held):
        return None
    return MarketResult(
        market_id=market.id,
        winner=market.winner,
        at=now,
        settlements=paid,
        scores=_scores(forecasts, market) if market.winner else (),
    )


def _scores(forecasts: Sequence[Forecast], market: Market) -> tuple[ForecastScore, ...]:
    """How good each forecast was, and each part of a pool for itself."""
    each = (one for forecast in forecasts for one in (forecast, *forecast.parts))
    return tuple(_score(one, market) for one in each)


def _settlement(market: Market, position: Position, line: Activity | None) -> Settlement | None:
    amount = None if line is None else _amount(position, line)
    if line is None or amount is None:
        return None
    return Settlement(
        market_id=market.id,
        outcome_id=position.outcome_id,
        winner=market.winner,
        shares=position.shares,
        payout=Money(amount, line.currency),
        at=line.at,
    )


def _amount(position: Position, line: Activity) -> Decimal | None:
    """What a line paid. Where it leaves the sum out, its kind tells; of a refund nothing does."""
    told = line.payout if line.payout is not None else line.amount_refunded
    if told is not None or line.kind == _REFUNDED:
        return told
    return position.shares * line.currency.payout if line.kind == _WON else ZERO


def _score(forecast: Forecast, market: Market) -> ForecastScore:
    """The forecast's score beside the market's, at the price that the forecast was made on."""
    won = market.winner == market.outcome1.id
    price = None if forecast.market_price is None else float(forecast.market_price)
    return ForecastScore(
        forecast_id=forecast.id,
        outcome=int(won),
        brier_agent=brier(forecast.probability, won),
        brier_market=None if price is None else brier(price, won),
        log_loss_agent=log_loss(forecast.probability, won),
        log_loss_market=None if price is None else log_loss(price, won),
    )
