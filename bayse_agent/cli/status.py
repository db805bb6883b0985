"""`bayse-agent status`: where the trader stands, read from its books alone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from bayse_agent.domain.books import Books
    from bayse_agent.domain.journal import OpenIntent
    from bayse_agent.domain.settling import SettlementRecord, WindowKind
    from bayse_agent.ports import Store
    from bayse_agent.settings import Settings


def status(
    env_file: Annotated[
        Path | None, typer.Option(help="Read settings from this file, too.")
    ] = None,
) -> int:
    """Say whether it may trade, what it has, what is out, and what waits for you."""
    from bayse_agent.settings import Settings

    return asyncio.run(_status(Settings.read(env_file)))


async def _status(settings: Settings) -> int:
    from bayse_agent.adapters.clock import SystemClock
    from bayse_agent.adapters.kill_switch import FileKillSwitch
    from bayse_agent.adapters.store.store import open_store

    store = await open_store(settings.database_url.get_secret_value())
    try:
        now = SystemClock().now()
        pulled = FileKillSwitch(settings.data_dir).pulled()
        print(f"mode: {settings.mode}, bets go out {_by_whom(settings)}")
        if pulled is not None:
            print(f"kill switch: {pulled}")
        for line in await _lines(store, settings, now):
            print(line)
    finally:
        await store.close()
    return 0


def _by_whom(settings: Settings) -> str:
    return "by themselves" if settings.auto_trade else "when a person approves them"


async def _lines(store: Store, settings: Settings, now: datetime) -> list[str]:
    from bayse_agent.domain.signal import SignalStatus

    control = await store.control()
    books = await store.books(settings.currency)
    waiting = await store.signals(SignalStatus.PENDING)
    commands = await store.pending_commands()
    records = sorted((await store.settlement_records()).items(), key=str)
    return [
        f"{control.state}: {control.reason} ({control.by}, {control.at:%Y-%m-%d %H:%M:%S} UTC)",
        _reconciled(books, now),
        *_money(books),
        *(_order(known) for known in await store.open_intents()),
        *(
            f"signal {one.id}: waits until {one.expires_at:%H:%M:%S} UTC, {dict(one.inputs)}"
            for one in waiting
        ),
        *(f"command {one.kind} of {one.by} waits" for one in commands),
        *(_settling(kind, one) for kind, one in records),
        f"limits: version {await store.limits_version()}",
    ]


def _settling(kind: WindowKind, record: SettlementRecord) -> str:
    """How many windows of a kind settled by which rule, and how many of the last in a row."""
    latest = record.recent[-1] if record.recent else None
    run = 0
    while run < len(record.recent) and record.recent[-1 - run] is latest:
        run += 1
    return (
        f"settlement of {' '.join(name for name in kind if name)}: {record.average} on the average,"
        f" {record.last_price} on the last price, {record.neither} on neither, {record.unclear}"
        f" unclear; the last {run} in a row {'-' if latest is None else latest.value}"
    )


def _reconciled(books: Books, now: datetime) -> str:
    if not books.equity:
        return "books and venue: never found equal yet"
    age_s = (now - books.equity[-1].at).total_seconds()
    return f"books and venue: last found equal {age_s:.0f} s ago"


def _money(books: Books) -> list[str]:
    portfolio = books.portfolio
    worth = books.equity[-1].value if books.equity else portfolio.bankroll
    return [
        f"cash {portfolio.cash}, in positions at cost {portfolio.invested}, worth in all {worth}",
        f"put in {portfolio.deposits}, realised {portfolio.realised}, fees {portfolio.fees}",
        *(
            f"holds {position.shares} shares of {position.outcome_id} for {position.cost}"
            for position in portfolio.positions
        ),
    ]


def _order(known: OpenIntent) -> str:
    name = known.order_id or "no order known yet"
    return (
        f"order of {known.intent.source}: {known.status}, {name}, reserved {known.intent.reserved}"
    )
