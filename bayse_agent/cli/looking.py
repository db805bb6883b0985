"""`bayse-agent positions`, `orders` and `signals`: what is held, what was sent, what waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bayse_agent.cli import codes
from bayse_agent.cli.place import AsJson, Data, Database, EnvFile, Place, place_of
from bayse_agent.cli.printing import show_json, show_table
from bayse_agent.domain.errors import InvalidValue

if TYPE_CHECKING:
    from bayse_agent.adapters.store.reading.reader import Query
    from bayse_agent.adapters.store.reading.views import OrderView, PositionView, SignalView

T = TypeVar("T")

Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many to show, newest first.")]
Before = Annotated[
    int | None, typer.Option(min=1, help="Go on from there: the `next` of what was shown.")
]


def positions(
    is_json: AsJson = False, data: Data = None, database: Database = None, env_file: EnvFile = None
) -> int:
    """Show what is held, at the last bid that was seen for it."""
    found = _wait(_positions, place_of(data, database, env_file))
    if is_json:
        show_json(found)
    elif not found:
        print("Nothing is held.")
    else:
        names = ("market", "outcome", "shares", "cost", "bid", "value", "profit", "closes (UTC)")
        show_table(names, [_position(one) for one in found])
    return codes.DONE


def orders(
    is_live: Annotated[
        bool, typer.Option("--live", help="Only those that may still cost money.")
    ] = False,
    status: Annotated[str | None, typer.Option(help="Only these: OPEN, FILLED, ...")] = None,
    market: Annotated[str | None, typer.Option(help="Only of this market.")] = None,
    limit: Limit = 20,
    before: Before = None,
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Show orders and what became of them, the newest first."""
    from bayse_agent.adapters.store.reading import orders as queries
    from bayse_agent.adapters.store.reading.reader import Cut
    from bayse_agent.domain.order import IntentStatus

    wanted = queries.WantedOrders(
        status=word_of("--status", status, [one.value for one in IntentStatus]),
        market_id=market,
        is_live=True if is_live else None,
    )
    found = ask(
        place_of(data, database, env_file), queries.orders(wanted, Cut(limit=limit, before=before))
    )
    if is_json:
        show_json(found)
        return codes.DONE
    names = ("made (UTC)", "status", "side", "outcome", "amount", "market", "order")
    show_list(names, [_order(one) for one in found.items], found.next, "No orders.")
    return codes.DONE


def signals(
    status: Annotated[
        str | None, typer.Option(help="PENDING (those that wait for you), EXECUTED, ...")
    ] = None,
    limit: Limit = 20,
    before: Before = None,
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Show decisions that wait, or waited, for a person's word, the newest first."""
    from bayse_agent.adapters.store.reading import desk
    from bayse_agent.adapters.store.reading.reader import Cut
    from bayse_agent.domain.signal import SignalStatus

    wanted = word_of("--status", status, [one.value for one in SignalStatus])
    found = ask(
        place_of(data, database, env_file),
        desk.signals(Cut(limit=limit, before=before), status=wanted),
    )
    if is_json:
        show_json(found)
        return codes.DONE
    names = ("until (UTC)", "status", "side", "outcome", "amount", "edge", "market", "signal")
    show_list(names, [_signal(one) for one in found.items], found.next, "No signals.")
    return codes.DONE


def ask(place: Place, query: Query[T]) -> T:
    """Read the books once."""

    async def read(place: Place) -> T:
        async with place.reader() as reader:
            return await reader.ask(query)

    return _wait(read, place)


def show_list(
    names: Sequence[str], rows: Sequence[Sequence[object]], following: int | None, none: str
) -> None:
    """A part of a list, and how to get at the rest."""
    if not rows:
        print(none)
        return
    show_table(names, rows)
    if following is not None:
        print(f"More: --before {following}")


def word_of(option: str, text: str | None, known: Sequence[str]) -> str | None:
    """One of a few words, in any case of letters. Raises InvalidValue that names them."""
    if text is None:
        return None
    if text.upper() not in known:
        raise InvalidValue(f"{option} must be one of {', '.join(known)}, not {text!r}")
    return text.upper()


async def _positions(place: Place) -> tuple[PositionView, ...]:
    from bayse_agent.adapters.store.reading import desk, orders
    from bayse_agent.adapters.store.reading.wallet import currency_of

    async with place.store() as store, place.reader() as reader:
        currency = currency_of(await reader.ask(desk.last_run()))
        return await reader.ask(orders.positions(await store.portfolio(currency)))


def _wait(read: Callable[[Place], Awaitable[T]], place: Place) -> T:
    import asyncio

    async def run() -> T:
        return await read(place)

    return asyncio.run(run())


def _position(one: PositionView) -> tuple[object, ...]:
    figures = (one.shares, one.cost, one.bid, one.value, one.profit)
    return (one.market, one.outcome, *figures, one.closes_at)


def _order(one: OrderView) -> tuple[object, ...]:
    name = one.order_id or one.id
    made = f"{one.created_at:%m-%d %H:%M}"
    return (made, one.status, one.side, one.outcome, one.amount, one.market, name)


def _signal(one: SignalView) -> tuple[object, ...]:
    edge = one.inputs.get("edge")
    what = (one.side, one.outcome, one.amount, edge)
    until = f"{one.expires_at:%m-%d %H:%M}"
    return (until, one.status, *what, one.market, one.id)
