"""`bayse-agent exchange`: the local exchange as a server, for anybody who builds Bayse tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def exchange(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 9100,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    seed: Annotated[int, typer.Option(help="Same seed and writes, same world.")] = 7,
    speed: Annotated[float, typer.Option(help="World seconds a second; 0 stands still.")] = 1,
    start: Annotated[
        str | None, typer.Option(help="World time at the start, ISO 8601 with zone; else now.")
    ] = None,
    tape: Annotated[Path | None, typer.Option(help="Recorded prices to play (CSV).")] = None,
    faults: Annotated[Path | None, typer.Option(help="What goes wrong (JSON list).")] = None,
    efficiency: Annotated[
        float, typer.Option(help="How well the crowd prices, from 0 to 1.")
    ] = 0.6,
    control: Annotated[
        bool, typer.Option("--control", help="Offer /sim: accounts, time, faults, the log.")
    ] = False,
    switch: Annotated[list[str] | None, typer.Option(help="An unknown as name=value.")] = None,
) -> int:
    """Serve a local exchange that speaks the venue's HTTP and websocket interface.

    Signatures, rate limits, idempotency keys, books, pools, settlements, faults on demand.
    No account, no key and no network needed.
    """
    from bayse_agent.cli.serving import ServeOptions, serve

    return serve(
        ServeOptions(
            host=host,
            port=port,
            seed=seed,
            speed=speed,
            start=start,
            tape=tape,
            faults=faults,
            efficiency=efficiency,
            has_control=control,
            switches=tuple(switch or ()),
        )
    )
