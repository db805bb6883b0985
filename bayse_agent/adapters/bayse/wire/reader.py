"""Reads the venue's JSON strictly, and remembers which fields nobody asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from bayse_agent.adapters.bayse.wire import numbers
from bayse_agent.adapters.bayse.wire.drift import Drift
from bayse_agent.domain.errors import InvalidValue, VenueMalformed
from bayse_agent.domain.money import ZERO, Currency, Money, Price, Shares, price, shares

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)

_ID = re.compile(r"[\x21-\x7e]{1,200}")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_TEXT_MAX = 20_000


def decode(body: bytes) -> object:
    """Read a JSON text with exact decimals. Raises VenueMalformed when it is not strict JSON.

    NaN and infinities, doubled keys, broken UTF-8 and bottomless nesting are not.
    """
    try:
        return json.loads(
            body.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_doubles,
        )
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise VenueMalformed(f"not the JSON that was expected: {type(error).__name__}") from error


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key is there twice")
    return fields


class Reader:
    """One JSON object. Each method takes a field off it, checked; `done` reports the rest.

    The plain methods raise VenueMalformed when the field is missing or null; those named
    `optional_...` answer None, which is never zero.
    """

    __slots__ = ("_asked", "_fields", "drift", "shape")

    def __init__(self, value: object, shape: str, drift: Drift) -> None:
        if not isinstance(value, dict):
            raise VenueMalformed(f"{shape} is not an object")
        self._fields: dict[str, object] = value
        self._asked: set[str] = set()
        self.shape = shape
        self.drift = drift

    def done(self, unused: str = "") -> None:
        """Report the fields nobody asked for, except those named as being of no use to us."""
        for name in self._fields.keys() - self._asked - set(unused.split()):
            self.drift.unknown_field(self.shape, name)

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self._fields.get(name) is not None

    def raw(self, name: str) -> object | None:
        self._asked.add(name)
        return self._fields.get(name)

    def text(self, name: str) -> str:
        """A text, possibly empty."""
        value = self._needed(name)
        if not isinstance(value, str):
            raise VenueMalformed(f"{self._name(name)} is not a text")
        return _UNSTORABLE.sub("�", value[:_TEXT_MAX])

    def text_or_empty(self, name: str) -> str:
        return self.text(name) if self.raw(name) is not None else ""

    def optional_text(self, name: str) -> str | None:
        """A text; None when it is missing, null or empty."""
        return self.text_or_empty(name) or None

    def id(self, name: str) -> str:
        """An identifier: printable, without blanks, not empty."""
        value = self._needed(name)
        if not isinstance(value, str) or not _ID.fullmatch(value):
            raise VenueMalformed(f"{self._name(name)} is not an id")
        return value

    def optional_id(self, name: str) -> str | None:
        return None if self.raw(name) in (None, "") else self.id(name)

    def flag(self, name: str) -> bool:
        value = self._needed(name)
        if not isinstance(value, bool):
            raise VenueMalformed(f"{self._name(name)} is not true or false")
        return value

    def optional_flag(self, name: str) -> bool | None:
        return None if self.raw(name) is None else self.flag(name)

    def number(self, name: str) -> Decimal:
        return numbers.from_json(self._needed(name), self._name(name))

    def optional_number(self, name: str) -> Decimal | None:
        return None if self.raw(name) is None else self.number(name)

    def optional_number_text(self, name: str) -> Decimal | None:
        """A number written as a text; "" is missing."""
        value = self.raw(name)
        return None if value in (None, "") else numbers.from_text(value, self._name(name))

    def count(self, name: str) -> int:
        """A whole number, 0 or more."""
        value = self.number(name)
        if value < ZERO or value != value.to_integral_value():
            raise VenueMalformed(f"{self._name(name)} is not a count")
        return int(value)

    def price(self, name: str) -> Price:
        return self._checked(price, self.number(name), name)

    def optional_price(self, name: str) -> Price | None:
        """A price; None when it is missing, and when it is 0: the venue's word for no price."""
        value = self.optional_number(name)
        return None if value is None or value == ZERO else self._checked(price, value, name)

    def shares(self, name: str) -> Shares:
        return self._checked(shares, self.number(name), name)

    def optional_shares(self, name: str) -> Shares | None:
        return None if self.raw(name) is None else self.shares(name)

    def money(self, name: str, currency: Currency) -> Money:
        return Money(self.number(name), currency)

    def moment(self, name: str) -> datetime:
        found = self.optional_moment(name)
        if found is None:
            raise VenueMalformed(f"{self._name(name)} is missing")
        return found

    def optional_moment(self, name: str) -> datetime | None:
        value = self.raw(name)
        return None if value is None else numbers.moment(value, self._name(name))

    def currency(self, name: str) -> Currency:
        return self.choice(name, Currency)

    def choice(self, name: str, words: type[Word]) -> Word:
        """One of our words, whatever its casing. Raises VenueMalformed for any other."""
        said = self.text(name)
        found = _word(said, words)
        if found is None:
            raise VenueMalformed(f"{self._name(name)} is a word we do not know: {said[:40]!r}")
        return found

    def optional_choice(self, name: str, words: type[Word]) -> Word | None:
        """One of our words; None when it is missing or another, which is counted."""
        said = self.optional_text(name)
        if said is None:
            return None
        found = _word(said, words)
        if found is None:
            self.drift.unknown_word(self.shape, name, said)
        return found

    def within(self, name: str, shape: str) -> Reader:
        return Reader(self._needed(name), shape, self.drift)

    def rows(self, name: str, shape: str) -> list[Reader]:
        """The objects of a list that must be there."""
        return rows(self._needed(name), shape, self.drift)

    def optional_rows(self, name: str, shape: str) -> list[Reader]:
        """The objects of a list for which the venue writes null when it is empty."""
        return [] if self.raw(name) is None else self.rows(name, shape)

    def _needed(self, name: str) -> object:
        value = self.raw(name)
        if value is None:
            raise VenueMalformed(f"{self._name(name)} is missing")
        return value

    def _name(self, name: str) -> str:
        return f"{self.shape}.{name}"

    def _checked(self, check: Callable[[Decimal], T], value: Decimal, name: str) -> T:
        try:
            return check(value)
        except InvalidValue as error:
            raise VenueMalformed(f"{self._name(name)}: {error}") from error


def rows(value: object, shape: str, drift: Drift) -> list[Reader]:
    """The objects of a JSON array."""
    if not isinstance(value, list):
        raise VenueMalformed(f"{shape} is not a list")
    return [Reader(item, shape, drift) for item in value]


def readable(items: Iterable[Reader], parse: Callable[[Reader], T], drift: Drift) -> tuple[T, ...]:
    """Parse each row of a listing; those that cannot be read are passed over and counted.

    For what is on offer only, never for what is owned: one poisoned market must not stop the
    others. Raises VenueMalformed when there are rows and none can be read.
    """
    found: list[T] = []
    failure: VenueMalformed | None = None
    for item in items:
        try:
            found.append(parse(item))
        except VenueMalformed as error:
            drift.left_out(item.shape, str(error))
            failure = error
    if failure is not None and not found:
        raise failure
    return tuple(found)


def _word(said: str, words: type[Word]) -> Word | None:
    folded = said.strip().casefold()
    return next((word for word in words if word.value.casefold() == folded), None)
