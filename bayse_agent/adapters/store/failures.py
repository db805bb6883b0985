"""What databases say when they fail, as errors of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from bayse_agent.domain.errors import (
    BayseAgentError,
    BrokenInvariant,
    ConfigurationError,
    InvalidValue,
    StoreUnavailable,
)

_TRY_AGAIN = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL: could not serialise, deadlock found, lock not available."""
_DAMAGED = ("malformed", "not a database", "corrupt", "encrypted")


@contextmanager
def told() -> Iterator[None]:
    """Turn what the database raises into BrokenInvariant, InvalidValue or StoreUnavailable."""
    try:
        yield
    except IntegrityError as error:
        raise BrokenInvariant(f"the books refuse the entry: {error.orig}") from error
    except DataError as error:
        raise InvalidValue(f"the books cannot hold a value: {error.orig}") from error
    except UnicodeDecodeError as error:
        # SQLite tells of damage in the very words that are damaged.
        raise StoreUnavailable(f"the books are malformed: {error}") from error
    except _failures() as error:
        raise _ours(error) from error


def may_be_tried_again(error: BaseException) -> bool:
    """Whether the database undid the work only because others were in its way."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return getattr(original, "sqlstate", None) in _TRY_AGAIN


def is_damage(error: BaseException) -> bool:
    """Whether the database says that its file is not sound."""
    return any(word in str(error) for word in _DAMAGED)


def damaged(url: str, error: BaseException) -> ConfigurationError:
    """What to tell of books that are not sound, and the way out."""
    return ConfigurationError(
        f"the books at {make_url(url).render_as_string()} are damaged ({error}): keep them as they "
        "are, and put a backup in their place with `bayse-agent db restore FILE`"
    )


def _failures() -> tuple[type[Exception], ...]:
    """What databases raise; asked only once something was raised."""
    # Only here, for it is slow to import, and most books are SQLite's.
    from asyncpg import InterfaceError, PostgresError

    return (SQLAlchemyError, sqlite3.Error, PostgresError, InterfaceError, OSError, TimeoutError)


def _ours(error: BaseException) -> BayseAgentError:
    """The error of ours that stands for what a database raised, or that it only passed on."""
    original = error.orig if isinstance(error, StatementError) else error
    if isinstance(original, BayseAgentError):
        return original
    words = " ".join(str(original).split()) or type(original).__name__
    return StoreUnavailable(f"the books cannot be used now: {words}")
