"""What can be taken out of the books as a whole, part by part, however much it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Table, func, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.reading import decisions, desk, orders
from bayse_agent.adapters.store.reading.reader import Cut, Query, Reader, Slice
from bayse_agent.adapters.store.reading.views import (
    AuditView,
    CommandView,
    DecisionView,
    EquityView,
    FillView,
    OrderView,
    PostingView,
    SettlementView,
    SignalView,
)
from bayse_agent.domain.money import Currency

_A_GO = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A list: what its rows are, the part of it that is asked for, and the table that it is of."""

    view: type[Any]
    part: Callable[[Currency, Cut], Query[Slice[Any]]]
    table: Table

    def count(self) -> Query[int]:
        """How many rows there are, or a few more: those of every wallet."""
        query = select(func.count()).select_from(self.table)
        return lambda connection: connection.execute(query).scalar_one()

    async def parts(
        self, reader: Reader, currency: Currency, *, rows: int = _A_GO
    ) -> AsyncIterator[tuple[Any, ...]]:
        """All of it, newest first. What is written meanwhile is left out."""
        cut: Cut | None = Cut(limit=rows)
        while cut is not None:
            found = await reader.ask(self.part(currency, cut))
            yield found.items
            cut = None if found.next is None else Cut(limit=rows, before=found.next)


def _every(view: type[Any], table: Table, part: Callable[[Cut], Query[Slice[Any]]]) -> Whole:
    """A list that is the same whatever is traded with."""
    return Whole(view=view, table=table, part=lambda _, cut: part(cut))


WHOLES: Mapping[str, Whole] = MappingProxyType(
    {
        "orders": _every(
            OrderView, tables.intents, lambda cut: orders.orders(orders.WantedOrders(), cut)
        ),
        "fills": _every(FillView, tables.fills, orders.fills),
        "settlements": _every(SettlementView, tables.settlements, orders.settlements),
        "ledger": _every(PostingView, tables.postings, orders.ledger),
        "equity": Whole(
            view=EquityView,
            table=tables.equity,
            part=lambda currency, cut: orders.equity(currency, cut, None),
        ),
        "decisions": _every(
            DecisionView, tables.looks, lambda cut: decisions.decisions(decisions.Wanted(), cut)
        ),
        "signals": _every(SignalView, tables.signals, desk.signals),
        "commands": _every(CommandView, tables.commands, desk.commands),
        "audit": _every(AuditView, tables.audit, desk.audit),
    }
)
"""Every list by its name."""
