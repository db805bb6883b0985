"""Where the books are that a verb looks into: as it was asked, else as it is set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bayse_agent.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from bayse_agent.adapters.store.reading.reader import Reader
    from bayse_agent.adapters.store.store import SqlStore
    from bayse_agent.settings import Settings

Data = Annotated[Path | None, typer.Option(help="Directory that the books are in.")]
Database = Annotated[
    str | None, typer.Option(help="Address of the books: sqlite:///file or postgresql://...")
]
EnvFile = Annotated[Path | None, typer.Option(help="Read settings from this file, too.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON on stdout.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Books, and the directory beside them that the kill switch is in."""

    url: str
    folder: Path

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[Reader]:
        """The books, to be read alone. Raises ConfigurationError when there are none."""
        from bayse_agent.adapters.store.reading.opening import open_reader

        check_there(self.url)
        reader = await open_reader(self.url)
        try:
            yield reader
        finally:
            await reader.close()

    @asynccontextmanager
    async def store(self) -> AsyncIterator[SqlStore]:
        """The books with what they come to. Raises ConfigurationError when there are none."""
        from bayse_agent.adapters.store.store import read_store

        store = await read_store(self.url)
        try:
            yield store
        finally:
            await store.close()


def place_of(
    data: Path | None = None, database: str | None = None, env_file: Path | None = None
) -> Place:
    """Raises ConfigurationError for what cannot be one place."""
    check_one(data, database)
    if data is not None:
        return Place(url=address(data, None), folder=data)
    settings = read_settings(env_file)
    url = settings.database_url.get_secret_value() if database is None else database
    return Place(url=url, folder=settings.data_dir)


def read_settings(env_file: Path | None) -> Settings:
    from bayse_agent.settings import Settings

    return Settings.read(env_file)


def check_one(data: Path | None, database: str | None) -> None:
    if data is not None and database is not None:
        raise ConfigurationError("name the books by --data or by --database, not by both")


def address(data: Path | None, database: str | None, env_file: Path | None = None) -> str:
    """Where the books are: as asked, else as it is set."""
    check_one(data, database)
    if database is not None:
        return database
    if data is not None:
        return f"sqlite:///{_file_in(data)}"
    return read_settings(env_file).database_url.get_secret_value()


def check_there(url: str) -> None:
    """Looking into books that are not there must not make any."""
    from bayse_agent.adapters.store.database import address_of, file_of

    file = file_of(address_of(url))
    if file is not None and not file.is_file():
        raise ConfigurationError(
            f"there are no books at {file}: name them by --data or --database, or run a trader"
        )


def _file_in(folder: Path) -> Path:
    """The one file of books in a directory."""
    files = sorted(folder.glob("*.db"))
    if len(files) == 1:
        return files[0]
    if not files:
        # Nothing there yet: the name that runs give their books.
        return folder / "books.db"
    names = ", ".join(file.name for file in files)
    raise ConfigurationError(
        f"there are several books in {folder} ({names}): name one, --database sqlite:///{files[0]}"
    )
