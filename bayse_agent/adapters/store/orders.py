"""The orders in the books: what is wanted, what was sent, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bayse_agent.adapters.store import audit, guards, postings, queries, writes
from bayse_agent.adapters.store.rows import Guards, intent_values
from bayse_agent.adapters.store.session import Session
from bayse_agent.adapters.store.standing import tags_of
from bayse_agent.domain.books import Tags
from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.journal import IntentChange, Look, OpenIntent, TriedSale
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.order import (
    Intent,
    IntentId,
    IntentStatus,
    OrderId,
    SealedOrder,
    VenueOrder,
)

_ELSEWHERE = SealedOrder(route="", key=None, body=b"")
"""The request of an order that was not ours to send."""


class Orders(Session):
    """Intents, their orders and their fills."""

    async def add_intent(self, intent: Intent, *, sealed: SealedOrder, look: Look | None) -> None:
        async with self._changing() as standing:
            number, version, mode = standing.intents + 1, standing.limits_version, standing.mode
            known, market = standing.control, standing.tracked.get(intent.market_id)

            def write(connection: Connection) -> Tags:
                state = guards.check_intent(connection, intent, known)
                under = Guards(
                    lease_token=self._token(),
                    control_epoch=state.epoch,
                    limits_version=version,
                    mode=mode or "",
                )
                values = intent_values(intent, sealed, number, under)
                notes = writes.add_intent(connection, intent, values, look, under.mode)
                audit.append(connection, under.mode, notes)
                return (
                    writes.tags(connection, intent.market_id) if market is None else tags_of(market)
                )

            standing.planned(intent, await self._write(write))
            if look is not None:
                standing.looked(look)

    async def add_external(self, intent: Intent, order: VenueOrder) -> None:
        async with self._changing() as standing:
            number, fills = standing.intents + 1, standing.fills + 1
            under = Guards(
                lease_token=self._token(),
                control_epoch=standing.control.epoch,
                limits_version=standing.limits_version,
                mode=standing.mode or "",
            )
            values = intent_values(intent, _ELSEWHERE, number, under)
            change = IntentChange(
                intent_id=intent.id,
                status=IntentStatus.OPEN,
                proof=f"placed elsewhere as {order.id}",
                at=intent.created_at,
                order=order,
            )

            def write(connection: Connection) -> Tags:
                notes = writes.add_intent(connection, intent, values, None, under.mode)
                notes += writes.change_intent(connection, change, fills, under.mode)
                audit.append(connection, under.mode, notes)
                return writes.tags(connection, intent.market_id)

            standing.planned(intent, await self._write(write))
            before = standing.open_intents[intent.id]
            standing.changed(*standing.after_change(before, change))

    async def has_intent(self, intent_id: IntentId) -> bool:
        return await self._database.read(lambda c: queries.has_intent(c, intent_id))

    async def tried_sales(
        self, market_ids: Sequence[MarketId], *, since: datetime
    ) -> tuple[TriedSale, ...]:
        return await self._database.read(lambda c: queries.tried_sales(c, market_ids, since))

    async def change_intent(self, change: IntentChange) -> None:
        async with self._changing() as standing:
            before = standing.open_intents.get(change.intent_id)
            if before is None:
                raise BrokenInvariant(f"no open intent {change.intent_id!r}")
            after, portfolio, entries = standing.after_change(before, change)
            number, entry, mode = standing.fills + 1, standing.entries + 1, standing.mode or ""
            gone = standing.places_left({portfolio.currency: portfolio})

            def write(connection: Connection) -> None:
                notes = writes.change_intent(connection, change, number, mode)
                writes.forget_marks(connection, gone)
                postings.add_entries(connection, entries, entry)
                audit.append(connection, mode, notes)

            await self._write(write)
            standing.changed(after, portfolio, entries)

    async def open_intents(self) -> tuple[OpenIntent, ...]:
        return tuple((await self._now()).open_intents.values())

    async def claimed_orders(self) -> frozenset[OrderId]:
        if self._lease is None:
            return await self._database.read(queries.claimed_orders)
        return (await self._now()).claimed

    def _token(self) -> int:
        return guards.held(self._lease).token
