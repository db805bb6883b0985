"""How the text of a variable becomes a value, and what is refused on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, JsonValue, SecretStr
from pydantic_settings import NoDecode

from bayse_agent.adapters.bayse.address import Address
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.money import Currency
from bayse_agent.domain.signal import Approval
from bayse_agent.settings.mode import Mode

HIDDEN = "(hidden)"
"""What stands where a secret would."""
_SECRET = re.compile(r"@|[sp]k[_-]|eyJ")
_CLASS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def setting(
    name: str, default: Any, allowed: str, meaning: str = "", *, shown: str | None = None
) -> Any:
    """A setting: its variable, its default, what is allowed in words, and what it is for.

    `shown`: the default in words, where the value itself says nothing to a reader. After a change
    here, `./dev config-docs` writes the pages that are made from this anew.
    """
    told: dict[str, JsonValue] = {"allowed": allowed, "meaning": meaning, "shown": shown}
    return Field(default, validation_alias=name, json_schema_extra=told)


def has_secret(text: str) -> bool:
    """Whether a key or a password may have strayed into a text that is none."""
    return _SECRET.search(text) is not None


def folded(value: object) -> object:
    return value.strip().casefold() if isinstance(value, str) else value


def _raised(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def items(value: object) -> object:
    """A comma separated list; spaces around its items and empty items do not count."""
    if isinstance(value, str):
        return tuple(dict.fromkeys(item.strip() for item in value.split(",") if item.strip()))
    return value


def known(kind: type[StrEnum]) -> Callable[[object], object]:
    """A check that refuses what is no member of an enumeration."""

    def check(value: object) -> object:
        text = folded(value)
        if text not in set(map(str, kind)):
            raise ValueError("not one of them")
        return text

    return check


def _names(value: object) -> object:
    return items(_raised(visible(value)))


def _slugs(value: object) -> object:
    found = items(folded(value))
    if isinstance(found, tuple) and not all(_SLUG.fullmatch(str(item)) for item in found):
        raise ValueError("not slugs")
    return found


def _classes(value: object) -> object:
    found = items(value)
    if isinstance(found, tuple) and not all(_CLASS.fullmatch(str(item)) for item in found):
        raise ValueError("not classes")
    return found


def _zone(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return ZoneInfo(value.strip())
    except (LookupError, ValueError, OSError) as error:
        raise ValueError("not a time zone") from error


def _folder(value: object) -> object:
    """A directory, with ~ for the home of its user. It need not be there yet."""
    try:
        folder = Path(str(visible(value))).expanduser().absolute()
        is_something_else = folder.exists() and not folder.is_dir()
    except (OSError, RuntimeError, ValueError) as error:
        raise ValueError("not a path") from error
    if is_something_else:
        raise ValueError("not a directory")
    return folder


def _database(value: object) -> object:
    """A database's address, for the driver that we use."""
    text = str(value).strip()
    scheme, mark, rest = text.partition("://")
    scheme = {"postgres": "postgresql+asyncpg", "postgresql": "postgresql+asyncpg"}.get(
        scheme, scheme
    )
    known = ("postgresql+asyncpg", "sqlite", "sqlite+aiosqlite")
    if not mark or scheme not in known or not rest.strip("/"):
        raise ValueError("not an address of a database")
    return f"{scheme}://{rest}"


def _address(value: object) -> object:
    return _parsed(Address.parse, value)


def _sockets(value: object) -> object:
    return _parsed(Address.of_sockets, value)


def _parsed(parse: Callable[[str], Address], value: object) -> str:
    try:
        return parse(str(value)).root
    except ConfigurationError as error:
        raise ValueError(str(error)) from error


def stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def one_word(value: object) -> object:
    """A text as it fits into a header of a request: no spaces, and nothing that is not seen."""
    text = stripped(value)
    found = text.get_secret_value() if isinstance(text, SecretStr) else str(text)
    if not found or not found.isascii() or not found.isprintable() or " " in found:
        raise ValueError("not one word")
    return text


def visible(value: object) -> object:
    """A text that can be shown as it is."""
    text = stripped(value)
    if isinstance(text, str) and not text.isprintable():
        raise ValueError("not to be seen")
    return text


ModeName = Annotated[Mode, BeforeValidator(folded)]
Folder = Annotated[Path, BeforeValidator(_folder)]
Database = Annotated[SecretStr, BeforeValidator(_database)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Key = Annotated[SecretStr, BeforeValidator(one_word)]
WebAddress = Annotated[str, BeforeValidator(_address)]
Sockets = Annotated[str, BeforeValidator(_sockets)]
ApprovalName = Annotated[Approval, BeforeValidator(folded)]
CurrencyCode = Annotated[Currency, BeforeValidator(_raised)]
Count = Annotated[int, Field(ge=0, le=1000)]
Seconds = Annotated[int, Field(ge=0, le=86_400)]
Patience = Annotated[int, Field(ge=10, le=86_400)]
Percent = Annotated[Decimal, Field(ge=0, le=100)]
Fraction = Annotated[Decimal, Field(ge=0, lt=1)]
Cash = Annotated[Decimal, Field(gt=0, le=10**12)]
CashOrNone = Annotated[Decimal, Field(ge=0, le=10**12)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]
Slugs = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_slugs)]
Classes = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_classes)]
