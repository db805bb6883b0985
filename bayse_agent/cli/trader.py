"""`bayse-agent run`: the trader alone, on paper or live."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bayse_agent.cli.durations import duration


def run(
    live: Annotated[
        bool, typer.Option("--live", help="Trade real money; AGENT_MODE must say live as well.")
    ] = False,
    env_file: Annotated[
        Path | None, typer.Option(help="Read settings from this file, too.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--for", help="Stop by itself, e.g. after 6h; else never.")
    ] = None,
) -> int:
    """Run the trader on the real venue's markets: on paper by AGENT_MODE=paper, or live.

    Ctrl-C ends it: what has begun is finished, what rests at the venue stays there.
    SIGUSR1 pulls the kill switch: nothing is sent any more, and what rests is taken back.
    """
    from bayse_agent.cli.trading import TraderOptions, trade

    length = None if last is None else duration(last)
    return trade(TraderOptions(is_live=live, env_file=env_file, length=length))
