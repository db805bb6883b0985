"""Column types that keep values exact: decimals that never pass through a float, times in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime, Numeric, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from bayse_agent.domain.errors import InvalidValue


def cleaned(text: str) -> str:
    """Text that every database takes: without zero bytes and halves of characters."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


class Words(TypeDecorator[str]):
    """Text that came from elsewhere: a venue's, a person's."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else cleaned(value)


PLACES = 12
"""Decimals kept after the point: the venue's nano units with room to spare."""


class Exact(TypeDecorator[Decimal]):
    """A decimal, exact to 12 places. Text on SQLite, which has no decimals of its own."""

    impl = String(48)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(48))
        return dialect.type_descriptor(Numeric(38, PLACES))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> object:
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            raise InvalidValue(f"only finite decimals are stored: {value!r}")
        plain = value.normalize()
        exponent = plain.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -PLACES:
            raise InvalidValue(f"more than {PLACES} decimals: {value!r}")
        return format(plain, "f") if dialect.name == "sqlite" else plain

    def process_result_value(self, value: object, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return Decimal(str(value))
        # Elsewhere it comes with all its places; the same number should also look the same.
        return Decimal(format(Decimal(str(value)).normalize(), "f"))


class Moment(TypeDecorator[datetime]):
    """An aware time, kept in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise InvalidValue(f"a time without a zone: {value!r}")
        moment = value if value.tzinfo is UTC else value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
