"""`bayse-agent score`: how good the forecasts were, beside the market, and what is proven."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bayse_agent.cli.place import AsJson, Data, Database, EnvFile, address
from bayse_agent.cli.progress import working
from bayse_agent.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from bayse_agent.domain.card import Card

MOST = 100_000


def score(
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
    is_json: AsJson = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with plots to this file.")] = None,
) -> int:
    """Score every settled forecast beside the market's price: by forecaster, category, horizon."""
    if is_json and html is not None:
        raise ConfigurationError("ask for --json or for --html, not for both")
    import asyncio

    with working("scoring what was forecast"):
        cards = asyncio.run(_cards(address(data, database, env_file)))
    if is_json:
        import json

        from bayse_agent.cli.score_figures import as_json

        print(json.dumps(as_json(cards), allow_nan=False))
    elif html is not None:
        _write(html, cards)
    else:
        from bayse_agent.cli.score_screen import show

        show(cards)
    return 0


async def _cards(url: str) -> tuple[Card, ...]:
    from bayse_agent.adapters.store.experience import open_experience
    from bayse_agent.adapters.store.store import read_store
    from bayse_agent.domain.card import cards

    # The books are looked at as they are: older ones say so in a line.
    await (await read_store(url)).close()
    experience = open_experience(url)
    try:
        return cards(await experience.judged_forecasts(most=MOST))
    finally:
        await experience.close()


def _write(file: Path, cards: tuple[Card, ...]) -> None:
    from bayse_agent.cli.score_page import page

    try:
        file.write_text(page(cards), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"the page cannot be written: {error}") from error
    print(f"Written to {file}")
