"""`bayse-agent scan`: one pass that only looks, and says what the agent would do and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bayse_agent.cli import codes
from bayse_agent.cli.durations import duration
from bayse_agent.cli.place import AsJson, EnvFile, read_settings
from bayse_agent.cli.printing import plain, show_json, show_table
from bayse_agent.cli.progress import working

if TYPE_CHECKING:
    from bayse_agent.domain.journal import Look
    from bayse_agent.wiring.rehearsing import Rehearsal, Rehearsed

_NEARLY = "refused_"
"""What looks end with that only the limits kept from being a bet: each is told in full."""


def scan(
    data: Annotated[
        Path | None, typer.Option(help="Demo: directory of the run to look at, as it was left.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Demo: which new world, without --data.")] = 7,
    watch: Annotated[
        str, typer.Option(help="Paper and live: how long to wait for prices at the most.")
    ] = "10s",
    env_file: EnvFile = None,
    is_json: AsJson = False,
) -> int:
    """Look at every market that is due, once, and say what the agent would do and why.

    It is the agent's own pass, with copies of books and account and a venue that takes no order: it
    can run beside a trader. Each bet is told as if it were the only one. Models are asked as ever,
    within their caps, and what they cost is written down.
    """
    import asyncio

    length = duration(watch)
    rehearsal = _rehearsal(data, seed, env_file)

    async def run() -> tuple[Rehearsal, Rehearsed]:
        from bayse_agent.wiring.rehearsing import rehearse

        async with rehearsal as made:
            return made, await rehearse(made, watch=length)

    _quiet_logs()
    with working("looking at every market that is due"):
        made, found = asyncio.run(run())
    if is_json:
        show_json(_as_json(made, found))
    else:
        _show(made, found)
    return codes.DONE


def _rehearsal(
    data: Path | None, seed: int, env_file: Path | None
) -> AbstractAsyncContextManager[Rehearsal]:
    from bayse_agent.settings import Mode
    from bayse_agent.wiring.rehearsing import rehearse_demo, rehearse_trader

    settings = read_settings(env_file)
    if data is not None or settings.mode is Mode.DEMO:
        return rehearse_demo(data, seed=seed)
    return rehearse_trader(settings)


def _show(made: Rehearsal, found: Rehearsed) -> None:
    from bayse_agent.cli.reasons import words_for

    looks, halt = found.report.looks, found.report.halt
    for line in made.told:
        print(plain(line))
    for line in halt:
        print(f"It would not trade: {plain(line)}")
    print(
        f"{made.mode.upper()}, {found.report.at:%Y-%m-%d %H:%M:%S} UTC: {len(looks)} markets are "
        f"due a look, and it would bet on {len(found.bets)}. Nothing was sent."
    )
    bets = [look for look in looks if look.market_id in found.bets]
    if bets:
        rows = [_bet(look, found) for look in bets]
        show_table(("would bet on", "outcome", "stake", "at most", "chance", "edge"), rows)
    others = [look for look in looks if look.market_id not in found.bets]
    counted = Counter(look.reason for look in others)
    for reason, count in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])):
        print(f"{count:>6} {words_for(reason)}")
    for look in others:
        if look.reason.startswith(_NEARLY):
            market = found.markets.get(look.market_id)
            title = look.market_id if market is None else market.title
            print(f"{plain(title)}: {plain(look.inputs.get('detail', look.reason))}")


def _bet(look: Look, found: Rehearsed) -> tuple[object, ...]:
    told, market = look.inputs, found.markets.get(look.market_id)
    title, label = look.market_id, told.get("outcome", "")
    if market is not None:
        is_first = label == market.outcome1_id
        return (market.title, market.label1 if is_first else market.label2, *_figures(told))
    return (title, label, *_figures(told))


def _figures(told: Mapping[str, str]) -> tuple[object, ...]:
    return tuple(told.get(name) for name in ("stake", "worst_price", "belief", "edge"))


def _as_json(made: Rehearsal, found: Rehearsed) -> Mapping[str, object]:
    """Looks by the names of the service's decisions, each with whether it would be a bet."""
    return {
        "mode": made.mode,
        "at": found.report.at,
        "told": made.told,
        "halt": found.report.halt,
        "looks": [_look(look, found) for look in found.report.looks],
    }


def _look(look: Look, found: Rehearsed) -> Mapping[str, object]:
    market, forecast = found.markets.get(look.market_id), look.forecast
    return {
        "at": look.at,
        "market_id": look.market_id,
        "market": None if market is None else market.title,
        "event_id": None if market is None else market.event_id,
        "series": None if market is None else market.series,
        "reason": look.reason,
        "would_bet": look.market_id in found.bets,
        "probability": None if forecast is None else float(forecast.probability),
        "market_price": None if forecast is None else forecast.market_price,
        "author": None if forecast is None else forecast.author,
        "inputs": dict(look.inputs),
    }


def _quiet_logs() -> None:
    """Warnings and worse, to stderr."""
    import logging
    import sys

    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
