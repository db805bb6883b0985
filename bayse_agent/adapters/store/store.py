"""The store: answers `ports.Store` with one transaction a method."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

from sqlalchemy import Connection, insert

from bayse_agent.adapters.store import audit, forecasts, postings, queries, tables, writes
from bayse_agent.adapters.store.checking import check, check_file
from bayse_agent.adapters.store.database import (
    Database,
    Work,
    address_of,
    connect,
    file_of,
    stamp_of,
)
from bayse_agent.adapters.store.desk import Desk
from bayse_agent.adapters.store.desk_rows import equity_values, touch_values
from bayse_agent.adapters.store.failures import damaged, is_damage
from bayse_agent.adapters.store.lease import Unshared
from bayse_agent.adapters.store.load import load_standing
from bayse_agent.adapters.store.migrate import HEAD, revision, upgrade
from bayse_agent.adapters.store.orders import Orders
from bayse_agent.adapters.store.proofs import Proofs
from bayse_agent.adapters.store.rows import as_text, market_values
from bayse_agent.adapters.store.verification import Verdict, verify
from bayse_agent.domain.books import Books, Equity
from bayse_agent.domain.errors import ConfigurationError, StoreUnavailable
from bayse_agent.domain.forecast import Forecast
from bayse_agent.domain.journal import (
    Deposit,
    History,
    Look,
    MarketResult,
    Run,
    ScoreSummary,
    TrackedMarket,
)
from bayse_agent.domain.ledger import Place, entry_of_deposit
from bayse_agent.domain.market import MarketId, OrderBook
from bayse_agent.domain.money import Currency, Price
from bayse_agent.domain.order import Fill, Intent
from bayse_agent.domain.portfolio import Portfolio

T = TypeVar("T")


async def open_store(url: str) -> SqlStore:
    """Open the books at a SQLAlchemy address, bringing their schema up to date first.

    They can be read then. To change them, take the lease. Raises ConfigurationError for books that
    cannot be used, StoreUnavailable while they cannot be reached.
    """
    return await _opened(url, _up_to_date)


async def read_store(url: str) -> SqlStore:
    """Open books that are there already, and leave their schema alone.

    Raises ConfigurationError when there are none, or older ones.
    """
    file = file_of(address_of(url))
    if file is not None and not file.is_file():
        raise ConfigurationError(f"there are no books at {file}")
    return await _opened(url, _as_it_is)


async def _opened(url: str, prepare: Callable[[Database], Awaitable[None]]) -> SqlStore:
    database = connect(url)
    try:
        await database.read(check_file)
        await prepare(database)
        stamp, standing = await database.read(lambda c: (stamp_of(c), load_standing(c)))
        return SqlStore(database, standing, stamp)
    except StoreUnavailable as error:
        await database.close()
        if is_damage(error):
            raise damaged(url, error) from error
        raise
    except BaseException:
        await database.close()
        raise


async def _up_to_date(database: Database) -> None:
    found = await database.read(revision)
    if found == HEAD:
        return
    # Whoever trades with older books must not have them changed under his feet.
    lock = Unshared() if found is None else database.liveness()
    await lock.take()
    try:
        await database.run_schema(upgrade)
    finally:
        await lock.leave()


async def _as_it_is(database: Database) -> None:
    found = await database.read(revision)
    if found != HEAD:
        raise ConfigurationError(
            f"the books are at revision {found}, this program needs {HEAD}: "
            "run `bayse-agent db upgrade`"
        )


class SqlStore(Desk, Orders, Proofs):
    """The agent's books in a database. Made by `open_store`."""

    async def history(self) -> History | None:
        return await self._database.read(queries.history)

    async def begin_run(self, run: Run) -> None:
        values = {
            "id": run.id,
            "mode": run.mode,
            "started_at": run.started_at,
            "options": as_text(run.options),
        }
        async with self._changing() as standing:
            if standing.mode not in (None, run.mode):
                raise ConfigurationError(
                    f"these books are of mode {standing.mode!r}, and not for {run.mode!r}: "
                    "name other books"
                )
            begun = audit.note("run", values, run.started_at)

            def write(connection: Connection) -> None:
                connection.execute(insert(tables.runs), values)
                audit.append(connection, run.mode, [begun])

            await self._write(write)
            standing.mode = run.mode
            standing.begun_at = max(run.started_at, standing.begun_at or run.started_at)

    async def add_deposit(self, deposit: Deposit) -> None:
        values = {
            "id": deposit.id,
            "currency": deposit.amount.currency.value,
            "amount": deposit.amount.amount,
            "at": deposit.at,
        }
        async with self._changing() as standing:
            number, mode = standing.entries + 1, standing.mode or ""

            def write(connection: Connection) -> None:
                connection.execute(insert(tables.deposits), values)
                postings.add_entries(connection, [entry_of_deposit(deposit)], number)
                audit.append(connection, mode, [audit.note("deposit", values, deposit.at)])

            await self._write(write)
            standing.deposited(deposit)

    async def portfolio(self, currency: Currency) -> Portfolio:
        return (await self._now()).portfolio(currency)

    async def books(self, currency: Currency) -> Books:
        return (await self._now()).books(currency)

    async def add_equity(self, equity: Equity) -> None:
        async with self._changing() as standing:
            currency = equity.value.currency
            recent, deposits = standing.lately(currency), standing.portfolio(currency).deposits
            best = recent.better_profit(equity, deposits)
            values = equity_values(equity, deposits, best, standing.mode or "")
            await self._write(lambda connection: connection.execute(insert(tables.equity), values))
            recent.valued(equity, deposits=deposits, best_profit=best)

    async def add_books_seen(self, books: Sequence[OrderBook], *, at: datetime) -> None:
        if not books:
            return
        values = [{**touch_values(book), "at": at} for book in books]
        async with self._changing():
            await self._note(lambda connection: writes.add_touches(connection, values, at))

    async def touches_kept(self) -> int:
        """How many touches of books are kept."""
        return await self._database.read(queries.touches_kept)

    async def marks(self) -> Mapping[Place, Price]:
        return MappingProxyType((await self._now()).marks)

    async def raise_marks(self, marks: Mapping[Place, Price], *, at: datetime) -> None:
        async with self._changing() as standing:
            better = standing.better_marks(marks)
            if better:
                await self._note(lambda connection: writes.raise_marks(connection, better, at))
                standing.marks.update(better)

    async def track(
        self, markets: Sequence[TrackedMarket], *, source: str, read_at: datetime
    ) -> None:
        candidates = {market.market_id: market for market in markets}
        async with self._changing() as standing:
            unknown = [m for key, m in candidates.items() if key not in standing.tracked]

            def write(connection: Connection) -> list[TrackedMarket]:
                known = writes.known_markets(connection, [market.market_id for market in unknown])
                new = [market for market in unknown if market.market_id not in known]
                if new:
                    connection.execute(insert(tables.markets), [market_values(m) for m in new])
                writes.note_listing(connection, source, read_at)
                return new

            standing.listed(source, await self._note(write), read_at)

    async def listed_at(self, source: str) -> datetime | None:
        return (await self._now()).listings.get(source)

    async def tracked(self) -> tuple[TrackedMarket, ...]:
        return (await self._now()).in_order()

    async def last_looks(self) -> Mapping[MarketId, datetime]:
        return MappingProxyType((await self._now()).last_looks)

    async def add_looks(self, looks: Sequence[Look]) -> None:
        if not looks:
            return
        async with self._changing() as standing:
            mode = standing.mode or ""
            await self._note(lambda connection: writes.add_looks(connection, looks, mode))
            for look in looks:
                standing.looked(look)

    async def forecasts_of(
        self, market_ids: Sequence[MarketId]
    ) -> Mapping[MarketId, tuple[Forecast, ...]]:
        return await self._database.read(lambda c: forecasts.of_markets(c, market_ids))

    async def forecast(self, forecast_id: str) -> Forecast | None:
        return await self._database.read(lambda c: forecasts.one(c, forecast_id))

    async def end_markets(self, results: Sequence[MarketResult]) -> None:
        if not results:
            return
        async with self._changing() as standing:
            books, entries = standing.after_results(results)
            number, entry, mode = standing.settlements + 1, standing.entries + 1, standing.mode
            gone = standing.places_left(books)

            def write(connection: Connection) -> None:
                notes = writes.end_markets(connection, results, number, mode or "")
                writes.forget_marks(connection, gone)
                postings.add_entries(connection, entries, entry)
                audit.append(connection, mode or "", notes)

            await self._write(write)
            standing.ended(results, books, entries)

    async def check(self) -> tuple[str, ...]:
        """What does not fit together in the books, in words; nothing when all is well."""
        async with self._changing() as standing:
            # Whoever only reads may lag behind the one that writes, and be none the worse for it.
            ours = None if self._lease is None else standing
            return await self._database.read(lambda connection: check(connection, ours))

    async def verify(self, head: str | None = None) -> Verdict:
        """Hold the audit journal against itself and the books, and a head noted earlier to it."""
        return await self._database.read(lambda connection: verify(connection, head))

    async def reading(self, work: Work[T]) -> T:
        """Run a piece of reading. Nobody who writes is held up by it for longer than it takes."""
        return await self._database.read(work)

    async def markets_seen(self) -> int:
        return await self._database.read(queries.markets_seen)

    async def funnel(self) -> Mapping[str, int]:
        return await self._database.read(queries.funnel)

    async def score_summary(self) -> ScoreSummary:
        return await self._database.read(queries.score_summary)

    async def ledger(self) -> tuple[tuple[Intent, ...], tuple[Fill, ...]]:
        return await self._database.read(queries.ledger)
