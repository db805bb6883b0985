"""The main pass: the whole story on one screen.

The venue's truth first, then a look at every market that is due: forecasts many at once, decisions
and orders one at a time, in the order of the markets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bayse_agent.domain.journal import Look, MarketResult
from bayse_agent.domain.order import IntentSource
from bayse_agent.trading.acting import act_on
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.discovery import discover
from bayse_agent.trading.research import Seen, research
from bayse_agent.trading.upkeep import keep_up


@dataclass(frozen=True, slots=True, kw_only=True)
class PassReport:
    """What one pass did. `halt` says why it did not trade; empty when it did."""

    name: str
    at: datetime
    looks: tuple[Look, ...] = ()
    ended: tuple[MarketResult, ...] = ()
    halt: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


async def scan(agent: Agent) -> PassReport:
    """Run one pass. Raises VenueError when the venue cannot be read: nothing is traded then."""
    found = await keep_up(agent)
    if found.differences:
        return PassReport(name="scan", at=found.at, ended=found.ended, halt=found.differences)
    looks = await act_on_all(agent, await think(agent), IntentSource.SCAN)
    return PassReport(name="scan", at=found.at, looks=looks, ended=found.ended)


async def think(agent: Agent) -> Sequence[Seen | Look]:
    """Look at every market that is due. It notes what was listed and what books were seen, and
    nothing that another pass counts on, so it may run beside them.
    """
    sights = await research(agent, await discover(agent, agent.clock.now()))
    contexts = [sight.context for sight in sights if isinstance(sight, Seen)]
    books = [b for context in contexts for b in (context.book1, context.book2) if b is not None]
    await agent.store.add_books_seen(books, at=agent.clock.now())
    return sights


async def act_on_all(
    agent: Agent, sights: Sequence[Seen | Look], source: IntentSource
) -> tuple[Look, ...]:
    """Act on what was seen, one after the other, and write down how each look ended."""
    looks: list[Look] = []
    unwritten: list[Look] = []
    for sight in sights:
        look, is_written = await act_on(agent, sight, source)
        looks.append(look)
        if not is_written:
            unwritten.append(look)
    await agent.store.add_looks(unwritten)
    return tuple(looks)
