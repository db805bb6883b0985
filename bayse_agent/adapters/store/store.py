"""The store: answers `ports.Store` with one transaction a method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from bayse_agent.adapters.store import queries, tables, writes
from bayse_agent.adapters.store.database import Database, Work, connect
from bayse_agent.adapters.store.load import load_standing
from bayse_agent.adapters.store.migrate import upgrade
from bayse_agent.adapters.store.rows import as_text, market_values
from bayse_agent.adapters.store.standing import Standing
from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.forecast import Forecast
from bayse_agent.domain.journal import (
    Deposit,
    History,
    IntentChange,
    Look,
    MarketResult,
    OpenIntent,
    Run,
    ScoreSummary,
    TrackedMarket,
)
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import Fill, Intent, OrderId
from bayse_agent.domain.portfolio import Portfolio

T = TypeVar("T")


async def open_store(url: str) -> SqlStore:
    """Open the books at a SQLAlchemy address, bringing their schema up to date first."""
    database = connect(url)

    def prepare(connection: Connection) -> Standing:
        upgrade(connection)
        return load_standing(connection)

    return SqlStore(database, await database.run(prepare))


class SqlStore:
    """The agent's books in a database. Made by `open_store`."""

    def __init__(self, database: Database, standing: Standing) -> None:
        self._database = database
        self._standing = standing

    async def close(self) -> None:
        await self._database.close()

    async def history(self) -> History | None:
        return await self._database.run(queries.history)

    async def begin_run(self, run: Run) -> None:
        values = {
            "id": run.id,
            "mode": run.mode,
            "started_at": run.started_at,
            "options": as_text(run.options),
        }
        await self._write(lambda connection: connection.execute(insert(tables.runs), values))

    async def add_deposit(self, deposit: Deposit) -> None:
        values = {
            "id": deposit.id,
            "currency": deposit.amount.currency.value,
            "amount": deposit.amount.amount,
            "at": deposit.at,
        }
        await self._write(lambda connection: connection.execute(insert(tables.deposits), values))
        self._standing.deposited(deposit)

    async def portfolio(self, currency: Currency) -> Portfolio:
        return self._standing.portfolio(currency)

    async def track(
        self, markets: Sequence[TrackedMarket], *, source: str, read_at: datetime
    ) -> None:
        candidates = {market.market_id: market for market in markets}
        unknown = [m for key, m in candidates.items() if key not in self._standing.tracked]

        def write(connection: Connection) -> list[TrackedMarket]:
            known = writes.known_markets(connection, [market.market_id for market in unknown])
            new = [market for market in unknown if market.market_id not in known]
            if new:
                connection.execute(insert(tables.markets), [market_values(m) for m in new])
            writes.note_listing(connection, source, read_at)
            return new

        self._standing.listed(source, await self._note(write), read_at)

    async def listed_at(self, source: str) -> datetime | None:
        return self._standing.listings.get(source)

    async def tracked(self) -> tuple[TrackedMarket, ...]:
        return self._standing.in_order()

    async def last_looks(self) -> Mapping[MarketId, datetime]:
        return MappingProxyType(self._standing.last_looks)

    async def add_looks(self, looks: Sequence[Look]) -> None:
        if not looks:
            return
        await self._note(lambda connection: writes.add_looks(connection, looks))
        for look in looks:
            self._standing.looked(look)

    async def add_intent(self, intent: Intent, *, request: str, look: Look) -> None:
        number = self._standing.intents + 1
        await self._write(lambda c: writes.add_intent(c, intent, request, number, look))
        self._standing.looked(look)
        self._standing.planned(intent)

    async def change_intent(self, change: IntentChange) -> None:
        before = self._standing.open_intents.get(change.intent_id)
        if before is None:
            raise BrokenInvariant(f"no open intent {change.intent_id!r}")
        after, portfolio = self._standing.after_change(before, change)
        number = self._standing.fills + 1
        await self._write(lambda connection: writes.change_intent(connection, change, number))
        self._standing.changed(after, portfolio, len(change.fills))

    async def open_intents(self) -> tuple[OpenIntent, ...]:
        return tuple(self._standing.open_intents.values())

    async def claimed_orders(self) -> frozenset[OrderId]:
        return await self._database.run(queries.claimed_orders)

    async def forecasts_of(
        self, market_ids: Sequence[MarketId]
    ) -> Mapping[MarketId, tuple[Forecast, ...]]:
        return await self._database.run(lambda c: queries.forecasts_of(c, market_ids))

    async def end_markets(self, results: Sequence[MarketResult]) -> None:
        if not results:
            return
        books = self._standing.after_results(results)
        number = self._standing.settlements + 1
        await self._write(lambda connection: writes.end_markets(connection, results, number))
        self._standing.ended(results, books)

    async def markets_seen(self) -> int:
        return await self._database.run(queries.markets_seen)

    async def funnel(self) -> Mapping[str, int]:
        return await self._database.run(queries.funnel)

    async def score_summary(self) -> ScoreSummary:
        return await self._database.run(queries.score_summary)

    async def ledger(self) -> tuple[tuple[Intent, ...], tuple[Fill, ...]]:
        return await self._database.run(queries.ledger)

    async def _write(self, work: Work[T]) -> T:
        """Money and orders: what is written must be there whatever happens next."""
        with _refusals():
            return await self._database.run(work)

    async def _note(self, work: Work[T]) -> T:
        """What was seen and thought: a power cut may take the last of it."""
        with _refusals():
            return await self._database.run_relaxed(work)


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn a broken key of the database into the error that stops trading."""
    try:
        yield
    except IntegrityError as error:
        raise BrokenInvariant(f"the books refuse the entry: {error.orig}") from error
