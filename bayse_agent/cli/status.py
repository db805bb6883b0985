"""`bayse-agent status`: where the trader stands, read from its books alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bayse_agent.cli import codes
from bayse_agent.cli.place import AsJson, Data, Database, EnvFile, Place, place_of, read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bayse_agent.adapters.store.reading.views import CommandView, OrderView, SignalView
    from bayse_agent.domain.books import Books
    from bayse_agent.domain.control import Control
    from bayse_agent.domain.risk import Limits
    from bayse_agent.domain.settling import SettlementRecord, WindowKind
    from bayse_agent.domain.signal import Approval

_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Everything that is told. `kill_switch`: why it is pulled, None when it is not."""

    mode: str
    approval: Approval | None
    kill_switch: str | None
    control: Control
    books: Books
    limits: Limits
    orders: tuple[OrderView, ...]
    signals: tuple[SignalView, ...]
    commands: tuple[CommandView, ...]
    settled: Mapping[WindowKind, SettlementRecord]
    limits_version: int


def status(
    env_file: EnvFile = None, data: Data = None, database: Database = None, is_json: AsJson = False
) -> int:
    """Say whether it may trade, what it has, what is out, and what waits for you."""
    import asyncio

    from bayse_agent.adapters.clock import SystemClock
    from bayse_agent.cli.printing import plain, show_json

    place = place_of(data, database, env_file)
    settings = read_settings(env_file) if data is None and database is None else None
    approval = None if settings is None else settings.approval
    found = asyncio.run(_standing(place, approval))
    if is_json:
        show_json(_as_json(found))
        return codes.DONE
    for line in _lines(found, SystemClock().now()):
        print(plain(line))
    return codes.DONE


async def _standing(place: Place, approval: Approval | None) -> Standing:
    from bayse_agent.adapters.kill_switch import FileKillSwitch
    from bayse_agent.adapters.store.reading import desk
    from bayse_agent.adapters.store.reading.orders import WantedOrders, orders
    from bayse_agent.adapters.store.reading.reader import Cut
    from bayse_agent.adapters.store.reading.wallet import currency_of

    cut, live = Cut(limit=_MOST), WantedOrders(is_live=True)
    async with place.store() as store, place.reader() as reader:
        run = await reader.ask(desk.last_run())
        return Standing(
            mode="none yet" if run is None else run.mode,
            approval=approval,
            kill_switch=FileKillSwitch(place.folder).pulled(),
            control=await store.control(),
            books=await store.books(currency_of(run)),
            limits=await store.limits(),
            orders=(await reader.ask(orders(live, cut))).items,
            signals=(await reader.ask(desk.signals(cut, status="PENDING"))).items,
            commands=(await reader.ask(desk.commands(cut, status="PENDING"))).items,
            settled=await store.settlement_records(),
            limits_version=await store.limits_version(),
        )


def _as_json(found: Standing) -> dict[str, object]:
    """The answers of /control and /money, and the lists of what is out and what waits."""
    from bayse_agent.adapters.store.reading.wallet import money_of

    control = found.control
    return {
        "control": {
            "state": control.state,
            "reason": control.reason,
            "made_by": control.by,
            "epoch": control.epoch,
            "at": control.at,
            "kill_switch": found.kill_switch,
            "is_automatic": None if found.approval is None else found.approval != "manual",
            "approval": found.approval,
            "mode": found.mode,
        },
        "money": money_of(found.books, found.limits),
        "orders": found.orders,
        "signals": found.signals,
        "commands": found.commands,
        "limits_version": found.limits_version,
    }


def _lines(found: Standing, now: datetime) -> list[str]:
    control = found.control
    records = sorted(found.settled.items(), key=str)
    return [
        f"mode: {found.mode}{_by_whom(found.approval)}",
        *([] if found.kill_switch is None else [f"kill switch: {found.kill_switch}"]),
        f"{control.state}: {control.reason} ({control.by}, {control.at:%Y-%m-%d %H:%M:%S} UTC)",
        _reconciled(found.books, now),
        *_money(found.books),
        *(_order(one) for one in found.orders),
        *(_signal(one) for one in found.signals),
        *(f"command {one.kind} of {one.made_by} waits" for one in found.commands),
        *(_settling(kind, one) for kind, one in records),
        f"limits: version {found.limits_version}",
    ]


def _by_whom(approval: Approval | None) -> str:
    if approval is None:
        return ""
    how = {
        "off": "by themselves",
        "manual": "when a person approves them",
        "delay": "after a delay, unless a person says no",
    }
    return f", bets go out {how[approval]}"


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
    at = books.equity[-1].at
    age_s = (now - at).total_seconds()
    # A demo's time is not the computer's.
    age = f", {age_s:.0f} s ago" if 0 <= age_s < 86_400 else ""
    return f"books and venue: last found equal at {at:%Y-%m-%d %H:%M:%S} UTC{age}"


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


def _order(one: OrderView) -> str:
    name = one.order_id or "no order known yet"
    what = f"{one.side.lower()} of {one.outcome} for {one.amount:f}"
    return f"order of {one.source}: {one.status}, {name}, {what} in {one.market}"


def _signal(one: SignalView) -> str:
    until = f"waits until {one.expires_at:%Y-%m-%d %H:%M:%S} UTC"
    if one.places_at is not None:
        until = f"places at {one.places_at:%Y-%m-%d %H:%M:%S} UTC unless you cancel (reject)"
    return f"signal {one.id}: {until}, {one.outcome} of {one.market}, {one.amount}"
