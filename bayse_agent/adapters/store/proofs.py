"""How price windows closed and what that proved: written once, counted by the kind of window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import Connection, bindparam, insert, select, update

from bayse_agent.adapters.store.load_proofs import record
from bayse_agent.adapters.store.proof_tables import closings
from bayse_agent.adapters.store.session import Session
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.settling import (
    SettlementRecord,
    WindowClosing,
    WindowKind,
    WindowProof,
)

_c = closings.c
_PROVE = (
    update(closings)
    .where(_c.market_id == bindparam("market"), _c.held.is_(None))
    .values({name: bindparam(name) for name in _c.keys()[7:]})
)


class Proofs(Session):
    """What is known of how windows settle."""

    async def add_closings(self, noted: Sequence[WindowClosing]) -> None:
        if not noted:
            return
        async with self._changing() as standing:
            unknown = [one for one in noted if one.market_id not in standing.closings]
            if not unknown:
                return

            def write(connection: Connection) -> list[WindowClosing]:
                ids = [one.market_id for one in unknown]
                query = select(_c.market_id).where(_c.market_id.in_(ids))
                known = set(connection.execute(query).scalars())
                new = [one for one in unknown if one.market_id not in known]
                if new:
                    connection.execute(insert(closings), [_values(one) for one in new])
                return new

            new = await self._note(write)
            standing.closings.update({one.market_id: one for one in new})

    async def closings(self) -> Mapping[MarketId, WindowClosing]:
        return MappingProxyType((await self._now()).closings)

    async def prove_windows(self, proofs: Sequence[WindowProof]) -> None:
        if not proofs:
            return
        async with self._changing() as standing:
            new = [one for one in proofs if one.market_id in standing.closings]
            if not new:
                return
            kinds = {standing.closings[one.market_id].kind for one in new}

            def write(connection: Connection) -> dict[WindowKind, SettlementRecord]:
                connection.execute(_PROVE, [_proved(one) for one in new])
                return {kind: record(connection, kind) for kind in kinds}

            standing.records.update(await self._note(write))
            for one in new:
                del standing.closings[one.market_id]

    async def settlement_records(self) -> Mapping[WindowKind, SettlementRecord]:
        return MappingProxyType((await self._now()).records)


def _values(one: WindowClosing) -> dict[str, object]:
    return {
        "market_id": one.market_id,
        "series": one.kind.series or "",
        "symbol": one.kind.symbol or "",
        "closes_at": one.closes_at,
        "last_price": one.closing.last_price,
        "average": one.closing.average,
        "noted_at": one.noted_at,
    }


def _proved(one: WindowProof) -> dict[str, object]:
    return {
        "market": one.market_id,
        "held": one.held.value,
        "threshold": one.threshold,
        "close_value": one.close_value,
        "outcome1_won": one.outcome1_won,
        "proved_at": one.at,
    }
