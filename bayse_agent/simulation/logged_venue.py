"""A local exchange that survives a crash of the program it lives in, as a real venue would.

It keeps no state of its own on disk: the exchange is a deterministic machine, so the log of the
writes it took is its state. A new start builds the world anew and asks them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from bayse_agent.domain.market import MarketId
from bayse_agent.domain.money import Money
from bayse_agent.domain.order import (
    Accepted,
    Amend,
    CompleteSet,
    Declined,
    OrderId,
    PlaceOrder,
    PlaceReply,
    Unresolved,
    VenueOrder,
)
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.venue import LocalVenue
from bayse_agent.simulation.world import World
from bayse_agent.simulation.write_log import WriteLog
from bayse_agent.simulation.writes import (
    Answer,
    Verb,
    Write,
    answer_text,
    change_text,
    order_text,
    set_text,
)

A = TypeVar("A", bound=Answer)


class LoggedVenue(LocalVenue):
    """A local venue whose every write is on the disk before it is answered."""

    def __init__(self, world: World, account: Account, log: WriteLog) -> None:
        super().__init__(world, account)
        self._log = log

    async def replay(self) -> None:
        """Bring a world that has just begun to where the log's stopped.

        Raises ConfigurationError when a write is not answered now as it was then.
        """
        for write, ask in self._log.told():
            self._world.advance(write.at_ms)
            await ask(self)
        self._world.advance(max(self._log.reached_ms, self._world.now_ms))

    async def place(self, order: PlaceOrder, *, key: str) -> PlaceReply:
        reply = await super().place(order, key=key)
        return self._noted(Verb.PLACE, order_text(order, key), reply)

    async def cancel(self, order_id: OrderId) -> VenueOrder | Declined | Unresolved:
        reply = await super().cancel(order_id)
        return self._noted(Verb.CANCEL, {"order_id": order_id}, reply)

    async def amend(self, change: Amend, *, key: str) -> Accepted | Declined | Unresolved:
        reply = await super().amend(change, key=key)
        return self._noted(Verb.AMEND, change_text(change, key), reply)

    async def mint(self, market_id: MarketId, amount: Money) -> CompleteSet | Declined | Unresolved:
        reply = await super().mint(market_id, amount)
        return self._noted(Verb.MINT, set_text(market_id, amount), reply)

    async def burn(self, market_id: MarketId, amount: Money) -> CompleteSet | Declined | Unresolved:
        reply = await super().burn(market_id, amount)
        return self._noted(Verb.BURN, set_text(market_id, amount), reply)

    def _noted(self, verb: Verb, arguments: Mapping[str, str], reply: A) -> A:
        write = Write(
            at_ms=self._world.now_ms, verb=verb, arguments=arguments, answer=answer_text(reply)
        )
        self._log.note(write)
        return reply
