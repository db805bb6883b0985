"""`bayse-agent evidence`: what is remembered of the news, looked into, searched and forgotten."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bayse_agent.cli import codes
from bayse_agent.cli.offering import family, offer
from bayse_agent.cli.place import AsJson, Data, Database, address
from bayse_agent.cli.printing import plain, show_json
from bayse_agent.domain.errors import ConfigurationError, InvalidValue

if TYPE_CHECKING:
    from bayse_agent.adapters.library.library import SqlLibrary

T = TypeVar("T")
_LONGEST_SHOWN = 300

Domain = Annotated[str | None, typer.Option(help="Forget this publisher, as in bbc.co.uk.")]
Before = Annotated[
    str | None, typer.Option(help="Forget what was retrieved before this day, as in 2026-05-31.")
]
Sure = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]


def verbs() -> typer.Typer:
    """The family of verbs."""
    verbs = family("The library of news: what is remembered, and forgetting it.")
    offer(verbs, "stats", stats, "evidence stats --json")
    offer(verbs, "search", search, 'evidence search "rates in Abuja" --limit 3')
    offer(verbs, "purge", purge, "evidence purge --domain example.com --before 2026-05-31")
    offer(verbs, "reset", reset, "evidence reset --yes")
    return verbs


def stats(data: Data = None, database: Database = None, is_json: AsJson = False) -> int:
    """Say how much is remembered, and since when."""
    found = _with_library(address(data, database), lambda library: library.stats())
    if is_json:
        show_json(found)
        return codes.DONE
    print(
        f"{found.chunks} chunks of {found.articles} articles by {found.domains} publishers, "
        f"for {found.scopes} events"
    )
    if found.oldest is not None and found.newest is not None:
        print(f"retrieved from {_shown(found.oldest)} to {_shown(found.newest)}")
    return codes.DONE


def search(
    text: Annotated[str, typer.Argument(help="What to look for.")],
    event: Annotated[str, typer.Option(help="Look at what was found for this event, too.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many to show.")] = 5,
    data: Data = None,
    database: Database = None,
    is_json: AsJson = False,
) -> int:
    """Show what the library has that is near to a text in meaning and in time."""
    found = _with_library(
        address(data, database),
        lambda library: library.find(text, scope=event, now=_now(), limit=limit),
    )
    if is_json:
        show_json(found)
        return codes.DONE
    for snippet in found:
        at = snippet.published_at
        print(
            f"{plain(snippet.title)} ({snippet.domain}, {'no date' if at is None else _shown(at)})"
        )
        print(f"  {plain(snippet.url)}")
        print(f"  {plain(snippet.text)[:_LONGEST_SHOWN]}")
    if not found:
        print("Nothing was found.")
    return codes.DONE


def purge(
    domain: Domain = None,
    before: Before = None,
    data: Data = None,
    database: Database = None,
    is_json: AsJson = False,
) -> int:
    """Forget a publisher, or what is older than a day. Both together: only what meets both."""
    if domain is None and before is None:
        raise ConfigurationError("say what to forget: --domain, --before or both")
    moment = None if before is None else _day(before)
    gone = _with_library(
        address(data, database), lambda library: library.purge(domain=domain, before=moment)
    )
    return _forgot(gone, is_json=is_json)


def reset(
    is_sure: Sure = False, data: Data = None, database: Database = None, is_json: AsJson = False
) -> int:
    """Forget everything that was read. The books are not touched."""
    where = address(data, database)
    if not is_sure and not typer.confirm("Forget all news that was ever read?", err=True):
        print("Nothing was forgotten.")
        return codes.REFUSED
    return _forgot(_with_library(where, lambda library: library.reset()), is_json=is_json)


def _forgot(chunks: int, *, is_json: bool) -> int:
    if is_json:
        show_json({"chunks": chunks})
    else:
        print(f"Forgot {chunks} chunks.")
    return codes.DONE


def _with_library(url: str, work: Callable[[SqlLibrary], Awaitable[T]]) -> T:
    import asyncio

    from bayse_agent.adapters.library.embedding import MiniLM
    from bayse_agent.adapters.library.library import open_library
    from bayse_agent.adapters.store.store import read_store

    async def run() -> T:
        # Says what to do when the books are older than this program.
        await (await read_store(url)).close()
        library = await open_library(url, embedder=MiniLM())
        try:
            return await work(library)
        finally:
            await library.close()

    return asyncio.run(run())


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidValue(f"a day is written as 2026-05-31, not {text!r}") from None


def _now() -> datetime:
    from bayse_agent.adapters.clock import SystemClock

    return SystemClock().now()


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
