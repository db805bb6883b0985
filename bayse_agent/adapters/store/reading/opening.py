"""Opens the books for the service: for reading, and for who may come in."""

from __future__ import annotations

from bayse_agent.adapters.store.access import SqlAccess
from bayse_agent.adapters.store.database import Database, connect
from bayse_agent.adapters.store.migrate import HEAD, revision
from bayse_agent.adapters.store.reading.reader import Reader
from bayse_agent.domain.errors import ConfigurationError


async def open_reader(url: str) -> Reader:
    """A reader of books that `open_store` has brought up to date.

    Raises ConfigurationError for books of another revision, StoreUnavailable while they cannot be
    reached.
    """
    return Reader(await _opened(url))


async def open_access(url: str) -> SqlAccess:
    """Who may come in, in the same books and over a connection of its own."""
    return SqlAccess(await _opened(url))


async def _opened(url: str) -> Database:
    database = connect(url)
    try:
        found = await database.read(revision)
        if found != HEAD:
            raise ConfigurationError(
                f"the books are at revision {found}, this program needs {HEAD}: "
                "run `bayse-agent db upgrade`"
            )
        return database
    except BaseException:
        await database.close()
        raise
