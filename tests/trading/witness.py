"""Looks over the agent's shoulder: works every limit out anew from the raw rows of the books.

It shares no code with `domain/risk`: a limit that the review forgets is found here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any

from bayse_agent.domain.books import Equity
from bayse_agent.domain.journal import Look
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import Buy, Intent, SealedOrder
from bayse_agent.domain.risk import Limits

LIVE = ("PENDING", "OPEN", "CANCELLING")
FINAL = ("FILLED", "CANCELLED", "EXPIRED", "REFUSED")
_KOBO = Decimal("0.01")
_LAGOS = timedelta(hours=1)
"""Lagos is an hour ahead of UTC, all the year round."""
_DUST = Decimal("0.01")
_ZERO = Decimal(0)

Place = tuple[str, str]


@contextmanager
def rows_of(folder: Path) -> Iterator[sqlite3.Connection]:
    """The books' file, read by nobody's leave."""
    with closing(sqlite3.connect(f"file:{folder}/books.db?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


@dataclass(slots=True)
class Account:
    """Cash and positions at cost, added up from the rows."""

    cash: Decimal
    deposits: Decimal
    realised: Decimal = _ZERO
    shares: dict[Place, Decimal] = field(default_factory=dict)
    cost: dict[Place, Decimal] = field(default_factory=dict)

    @property
    def invested(self) -> Decimal:
        return sum(self.cost.values(), _ZERO)


def account_of(connection: sqlite3.Connection) -> Account:
    """The naira of the books. Fills and settlements in the order in which they were posted."""
    put = sum(
        (Decimal(row["amount"]) for row in connection.execute("SELECT * FROM deposits")), _ZERO
    )
    found = Account(cash=put, deposits=put)
    fills = {row["id"]: row for row in connection.execute("SELECT * FROM fills")}
    paid = {
        f"{row['market_id']}:{row['outcome_id']}:{row['currency']}": row
        for row in connection.execute("SELECT * FROM settlements")
    }
    order = "SELECT DISTINCT entry, cause, subject FROM postings ORDER BY entry"
    for row in connection.execute(order).fetchall():
        if row["cause"] in ("buy", "sale"):
            _fill(found, fills[row["subject"]])
        elif row["cause"] == "settlement":
            _settle(found, paid[row["subject"]])
    return found


def _fill(account: Account, row: sqlite3.Row) -> None:
    place = (row["market_id"], row["outcome_id"])
    shares, cash = Decimal(row["shares"]), Decimal(row["cash"])
    held, cost = account.shares.get(place, _ZERO), account.cost.get(place, _ZERO)
    if row["side"] == "BUY":
        account.cash -= cash
        account.shares[place], account.cost[place] = held + shares, cost + cash
        return
    assert shares <= held, "more was sold than was held"
    part = cost if shares == held else (cost * (shares / held)).quantize(_KOBO, ROUND_DOWN)
    account.cash += cash
    account.realised += cash - part
    account.shares[place], account.cost[place] = held - shares, cost - part
    if shares == held:
        del account.shares[place], account.cost[place]


def _settle(account: Account, row: sqlite3.Row) -> None:
    place = (row["market_id"], row["outcome_id"])
    payout = Decimal(row["payout"])
    account.cash += payout
    account.realised += payout - account.cost.pop(place)
    del account.shares[place]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def lagos_day(at: datetime) -> object:
    return (at + _LAGOS).date()


@dataclass(slots=True)
class Witness:
    """Stands before the store's `add_intent`, and notes whatever should not be written."""

    inner: Any
    folder: Path
    kill_file: Path
    complaints: list[str] = field(default_factory=list)
    is_reconciled: bool = False
    buys: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def add_equity(self, equity: Equity) -> None:
        await self.inner.add_equity(equity)
        self.is_reconciled = True

    async def add_intent(self, intent: Intent, *, sealed: SealedOrder, look: Look | None) -> None:
        limits = await self.inner.limits()
        with rows_of(self.folder) as connection:
            found = [*self._stops(connection, intent)]
            if isinstance(intent.wish, Buy):
                found += _past_limits(connection, intent, intent.wish, limits)
                if not self.is_reconciled:
                    found.append("bought before books and venue were found equal")
        await self.inner.add_intent(intent, sealed=sealed, look=look)
        # What the store itself refuses was never wanted.
        self.complaints += found
        self.buys += isinstance(intent.wish, Buy)

    def _stops(self, connection: sqlite3.Connection, intent: Intent) -> Iterator[str]:
        row = connection.execute("SELECT * FROM control ORDER BY epoch DESC LIMIT 1").fetchone()
        allowed = ("ARMED",) if isinstance(intent.wish, Buy) else ("ARMED", "REDUCING")
        if row["state"] not in allowed:
            yield f"written while {row['state']}"
        waiting = "SELECT 1 FROM commands WHERE status='PENDING' AND kind IN ('halt','reduce')"
        if connection.execute(waiting).fetchone() is not None:
            yield "written while a stop waits"
        if self.kill_file.exists():
            yield "written while the kill file is there"


def _past_limits(
    connection: sqlite3.Connection, intent: Intent, wish: Buy, limits: Limits
) -> Iterator[str]:
    """Every limit that the buy would pass, from the rows as they are before it."""
    account, stake = account_of(connection), wish.stake.amount
    markets = {row["id"]: row for row in connection.execute("SELECT * FROM markets")}
    intents = connection.execute("SELECT * FROM intents").fetchall()
    live = [row for row in intents if row["status"] in LIVE]
    buys = [row for row in intents if row["side"] == "BUY"]
    used: dict[str, Decimal] = {}
    for (market_id, _), cost in account.cost.items():
        used[market_id] = used.get(market_id, _ZERO) + cost
    for row in live:
        reserved = _still_out(connection, row)
        used[row["market_id"]] = used.get(row["market_id"], _ZERO) + reserved
    bankroll, committed = account.cash + account.invested, sum(used.values(), _ZERO)
    me, here = markets[intent.market_id], intent.market_id
    beside = {key: markets[key] for key in used}

    def of(name: str) -> Decimal:
        value: Decimal = getattr(limits, name)
        return bankroll * value

    def spent(name: str) -> Decimal:
        same = (k for k, row in beside.items() if k == here or _is_same(row, me, name))
        return sum((used[key] for key in same), _ZERO)

    now, naira = intent.created_at, Currency.NGN
    today = [r for r in buys if lagos_day(moment(r["created_at"])) == lagos_day(now)]
    staked = sum((Decimal(row["amount"]) for row in today), _ZERO)
    hour = [r for r in buys if now - moment(r["created_at"]) < timedelta(hours=1)]
    minute = [r for r in intents if now - moment(r["created_at"]) < timedelta(minutes=1)]
    window = timedelta(seconds=limits.repeat_window_s)
    again = [r for r in buys if r["market_id"] == here and now - moment(r["created_at"]) < window]
    sums: Mapping[str, tuple[Decimal | int, Decimal | int]] = {
        "max_stake": (stake, limits.max_stake[naira].amount),
        "reserve": (committed + stake, bankroll - of("reserve")),
        "balance_floor": (committed + stake, bankroll - limits.balance_floor[naira].amount),
        "max_exposure": (committed + stake, of("max_exposure")),
        "max_market_part": (used.get(here, _ZERO) + stake, of("max_market_part")),
        "max_event_part": (spent("event_id") + stake, of("max_event_part")),
        "max_series_part": (spent("series") + stake, of("max_series_part")),
        "max_cluster_part": (spent("symbol") + stake, of("max_cluster_part")),
        "max_daily_stake_part": (staked + stake, of("max_daily_stake_part")),
        "max_open_markets": (len(_more_than_dust(account, live) | {here}), limits.max_open_markets),
        "trades_per_hour": (len(hour) + 1, limits.trades_per_hour),
        "trades_per_day": (len(today) + 1, limits.trades_per_day),
        "max_orders_per_minute": (len(minute) + 1, limits.max_orders_per_minute),
        "max_entries_per_market": (len(again) + 1, limits.max_entries_per_market),
        "one stake a market": (1 if here in used else 0, 0),
    }
    for name, (found, most) in sums.items():
        if found > most:
            yield f"{name}: {found} is more than {most}"


def _still_out(connection: sqlite3.Connection, row: sqlite3.Row) -> Decimal:
    """What a live buy can still cost: what was filled of it is in the positions."""
    if row["side"] != "BUY":
        return _ZERO
    fills = connection.execute("SELECT cash FROM fills WHERE intent_id = ?", (row["id"],))
    spent = sum((Decimal(fill["cash"]) for fill in fills), _ZERO)
    return max(_ZERO, Decimal(row["amount"]) - spent)


def _more_than_dust(account: Account, live: Sequence[sqlite3.Row]) -> set[str]:
    """Markets with a live order, or with as much of a position as could be sold."""
    held = {market_id for (market_id, _), count in account.shares.items() if count >= _DUST}
    return held | {row["market_id"] for row in live}


def _is_same(row: sqlite3.Row, me: sqlite3.Row, name: str) -> bool:
    if row[name] is None or row[name] != me[name]:
        return False
    if name != "symbol" or row["closes_at"] is None or me["closes_at"] is None:
        return True
    return abs(moment(row["closes_at"]) - moment(me["closes_at"])) <= timedelta(hours=1)
