"""Opens what language models need of the books: the purse and the archive, without the lease."""

from __future__ import annotations

from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from bayse_agent.adapters.store.answers import SqlAnswers
from bayse_agent.adapters.store.database import Database, address_of, connect, file_of
from bayse_agent.adapters.store.migrate import HEAD, revision, upgrade
from bayse_agent.adapters.store.spending import DEFAULT_ZONE, SqlSpending
from bayse_agent.domain.errors import ConfigurationError


class Purse:
    """The purse and the archive of one database, over a connection of their own.

    Use it as an async context manager, or close it.
    """

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database = database
        self.spending = SqlSpending(database, zone)
        self.archive = SqlAnswers(database)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._database.close()


async def open_purse(url: str, *, zone: str = DEFAULT_ZONE) -> Purse:
    """The purse in the books at an address, which `open_store` has brought up to date.

    Books in memory are made anew, since nobody else can see them. Raises ConfigurationError for
    books of another revision, StoreUnavailable while they cannot be reached.
    """
    address = address_of(url)
    database = connect(url)
    try:
        if address.get_backend_name() == "sqlite" and file_of(address) is None:
            await database.run_schema(upgrade)
        found = await database.read(revision)
        if found != HEAD:
            raise ConfigurationError(
                f"the books are at revision {found}, this program needs {HEAD}: "
                "run `bayse-agent db upgrade`"
            )
        return Purse(database, ZoneInfo(zone))
    except BaseException:
        await database.close()
        raise
