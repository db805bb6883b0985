"""Holds an agent's books to what the exchange knows: its log of requests, and the account."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from bayse_agent.adapters.store.store import read_store
from bayse_agent.domain.money import ZERO, Currency
from bench.trouble import KINDS

Row = dict[str, Any]
SHARES_TOLERANCE = Decimal("0.001")
"""The venue tells shares to six places: so much of all positions together is rounding."""
_RESOLVED = """
    SELECT count(*) FROM intent_changes WHERE proof LIKE 'found as%' OR proof LIKE 'absent, and%'
"""


@dataclass(slots=True, kw_only=True)
class Findings:
    """What came of it. `doubled`: orders taken more than once for one intent; `lost`: orders taken
    of which the books do not know; the difference is of cash and shares together.
    """

    kills: int = 0
    intents: int = 0
    orders: int = 0
    doubled: int = 0
    lost: int = 0
    ledger_difference_minor: int = 0
    unknown_resolved: int = 0
    settled: int = 0
    recovery: list[float] = field(default_factory=list)
    faults_fired: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    stops: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The figures under the names that they are published by."""
        return {
            "kills": self.kills,
            "intents": self.intents,
            "orders": self.orders,
            "doubled": self.doubled,
            "lost": self.lost,
            "ledger_difference_minor": self.ledger_difference_minor,
            "unknown_resolved": self.unknown_resolved,
            "settled": self.settled,
            "recovery_s": {"p50": part(self.recovery, 0.5), "p95": part(self.recovery, 0.95)},
            "faults_fired": {kind: self.faults_fired[kind] for kind in sorted(KINDS)},
            "kill_points": dict(sorted(self.places.items())),
            "stops": dict(sorted(self.stops.items())),
            "wrong": self.wrong,
        }

    @property
    def is_wrong(self) -> bool:
        return bool(self.doubled or self.lost or self.ledger_difference_minor or self.wrong)

    def add(self, other: Findings) -> None:
        """Count another round in."""
        for one in fields(self):
            ours, theirs = getattr(self, one.name), getattr(other, one.name)
            setattr(self, one.name, ours + theirs)

    def never_fired(self) -> list[str]:
        """Faults that were meant to happen and did not: then nothing is proven of them."""
        return sorted(kind for kind in KINDS if not self.faults_fired[kind])


def part(numbers: Sequence[float], share: float) -> float | None:
    """The number below which that share of them lies; None of none."""
    if not numbers:
        return None
    return round(sorted(numbers)[max(0, math.ceil(share * len(numbers)) - 1)], 3)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The books of an agent, read while it may be writing them."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "live.db"

    @contextmanager
    def rows(self) -> Iterator[sqlite3.Connection]:
        books = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=10)
        try:
            yield books
        finally:
            books.close()

    def in_doubt(self) -> int:
        """Orders of which it is not known yet whether they were taken."""
        with self.rows() as books:
            query = "SELECT count(*) FROM intents WHERE status = 'PENDING'"
            return int(books.execute(query).fetchone()[0])

    async def difference(self, assets: Sequence[Row], holdings: Sequence[Row]) -> int:
        """By how many minor units the venue's rows of cash and shares differ from the books."""
        store = await read_store(f"sqlite:///{self.file}")
        portfolio = await store.portfolio(Currency.NGN)
        await store.close()
        cash = sum((_cash(row) for row in assets if row["symbol"] == "NGN"), ZERO)
        shares = {row["outcomeId"]: Decimal(str(row["balance"])) for row in holdings}
        for position in portfolio.positions:
            name = position.outcome_id
            shares[name] = shares.get(name, ZERO) - position.shares
        apart = sum((abs(count) for count in shares.values()), ZERO)
        worth = apart * Currency.NGN.payout if apart > SHARES_TOLERANCE else ZERO
        return int((abs(cash - portfolio.cash.amount) + worth) / Currency.NGN.minor_unit)

    async def judge(self, log: Sequence[Row], found: Findings) -> None:
        """Hold the books to the requests for orders that came, and to what each truly did."""
        with self.rows() as books:
            intents = books.execute("SELECT id, route, key, body, source FROM intents").fetchall()
            found.unknown_resolved = int(books.execute(_RESOLVED).fetchone()[0])
            found.settled = int(books.execute("SELECT count(*) FROM settlements").fetchone()[0])
        found.intents = sum(1 for row in intents if row[4] != "external")
        found.wrong += [f"external: {row[0]}" for row in intents if row[4] == "external"]
        taken: Counter[tuple[str, str]] = Counter()
        for entry in log:
            name = (entry["idempotencyKey"] or entry["path"], entry["bodyHash"])
            taken[name] += len(entry["effect"]["created"])
        written = Counter(
            (key or route, sha256(bytes(body)).hexdigest()) for _, route, key, body, _ in intents
        )
        found.orders = sum(taken.values())
        found.doubled = sum(max(0, count - written[name]) for name, count in taken.items())
        created = {name for entry in log for name in entry["effect"]["created"]}
        store = await read_store(f"sqlite:///{self.file}")
        found.lost = len(created - await store.claimed_orders())
        found.wrong += [f"check: {line}" for line in await store.check()]
        found.wrong += [f"audit: {line}" for line in (await store.verify()).findings]
        await store.close()


def _cash(row: Row) -> Decimal:
    return Decimal(str(row["availableBalance"])) + Decimal(str(row["pendingBalance"]))
