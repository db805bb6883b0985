"""Collects proofs of how price windows settle: what the tape said at the close, and what was paid.

The tape around a close is gone two minutes later, so it is read then; which rule the venue kept to
is told by its own figures when it announces them, which may be long after.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bayse_agent.domain.errors import FeedStale
from bayse_agent.domain.journal import TrackedMarket
from bayse_agent.domain.market import Event, Market, MarketId, Symbol, Tick
from bayse_agent.domain.settling import (
    SettlementProof,
    WindowClosing,
    WindowKind,
    WindowProof,
    closing_of,
    held,
    kind_of,
)
from bayse_agent.trading.agent import Agent

_SOONEST = timedelta(seconds=3)
"""Prices of the last second may still be on their way."""
_LATEST = timedelta(seconds=55)
"""After that the tape does not reach back to the beginning of the average."""


async def note_closings(agent: Agent) -> None:
    """Note how the windows closed whose close the tape still shows."""
    now, noted = agent.clock.now(), await agent.store.closings()
    fresh = [
        market
        for market in await agent.store.tracked()
        if market.symbol is not None
        and market.market_id not in noted
        and market.closes_at is not None
        and _SOONEST <= now - market.closes_at <= _LATEST
    ]
    tapes = {symbol: await _tape(agent, symbol) for symbol in {one.symbol for one in fresh}}
    found = [_closing(agent, one, tapes[one.symbol], now) for one in fresh]
    await agent.store.add_closings([one for one in found if one is not None])


async def prove(agent: Agent, ended: Mapping[MarketId, Market]) -> None:
    """Write down which rule each window kept to that the venue has settled."""
    rule, now = agent.habits.snipe.proof, agent.clock.now()
    noted = await agent.store.closings()
    proofs = []
    for market_id in sorted(ended.keys() & noted.keys()):
        market = ended[market_id]
        won = None if market.winner is None else market.winner == market.outcome1.id
        value = None if market.close_value is None else float(market.close_value)
        threshold = 0.0 if market.threshold is None else float(market.threshold)
        proofs.append(
            WindowProof(
                market_id=market_id,
                held=held(noted[market_id].closing, threshold, value, won, rule),
                threshold=threshold,
                close_value=value,
                outcome1_won=won,
                at=now,
            )
        )
    await agent.store.prove_windows(proofs)


async def proof_of(agent: Agent, event: Event) -> SettlementProof | None:
    """What is proved of the windows of an event's kind; None when nothing is."""
    kind = kind_of(event)
    record = None if kind is None else (await agent.store.settlement_records()).get(kind)
    return None if record is None else record.proof(agent.habits.snipe.proof.assumed)


async def _tape(agent: Agent, symbol: Symbol | None) -> tuple[Tick, ...]:
    try:
        return () if symbol is None else tuple((await agent.feed.underlying(symbol)).recent)
    except FeedStale:
        return ()


def _closing(
    agent: Agent, market: TrackedMarket, tape: tuple[Tick, ...], now: datetime
) -> WindowClosing | None:
    """None while the tape does not cover the close: the next pass looks again."""
    assert market.closes_at is not None
    closing = closing_of(tape, market.closes_at, agent.habits.snipe.proof)
    if closing is None:
        return None
    return WindowClosing(
        market_id=market.market_id,
        kind=WindowKind(market.series, market.symbol),
        closes_at=market.closes_at,
        closing=closing,
        noted_at=now,
    )
