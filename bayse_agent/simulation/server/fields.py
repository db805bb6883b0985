"""Reads the fields of a body and of a query, and says which one is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from starlette.datastructures import QueryParams

from bayse_agent.domain.money import ZERO
from bayse_agent.simulation.server.encoding import Json
from bayse_agent.simulation.server.problem import Problem, bad_request

Choice = TypeVar("Choice", bound=StrEnum)

_TEXT_LIMIT = 1000
_NUMBER_LIMIT = Decimal(10) ** 12
_PLACES_LIMIT = 18
_PAGE_LIMIT = 10**9


class Fields:
    """The fields of one JSON object. A null counts as absent."""

    def __init__(self, values: Mapping[str, Json]) -> None:
        self._values = values

    def names(self) -> frozenset[str]:
        """The names that are there, whatever they hold."""
        return frozenset(self._values)

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str) -> str:
        value = self._values.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _TEXT_LIMIT:
            raise bad_request(f"{name} is required and must be a string")
        return value

    def optional_text(self, name: str) -> str | None:
        return self.text(name) if self.has(name) else None

    def choice(self, name: str, kind: type[Choice]) -> Choice:
        value = self._values.get(name)
        if not isinstance(value, str) or value not in set(kind):
            raise bad_request(f"{name} must be one of {', '.join(kind)}")
        return kind(value)

    def number(self, name: str) -> Decimal:
        """A finite number within bounds that no real order reaches."""
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise bad_request(f"{name} is required and must be a number")
        number = Decimal(value)
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or abs(number) >= _NUMBER_LIMIT:
            raise bad_request(f"{name} is out of range")
        if exponent < -_PLACES_LIMIT:
            raise bad_request(f"{name} has too many decimal places")
        return number

    def positive(self, name: str) -> Decimal:
        number = self.number(name)
        if number <= ZERO:
            raise bad_request(f"{name} must be greater than 0")
        return number

    def decimal_text(self, name: str) -> Decimal:
        """A number from 0 up that may also be written as a text."""
        value = self._values.get(name)
        if isinstance(value, str):
            try:
                value = Decimal(value)
            except InvalidOperation as error:
                raise bad_request(f"{name} must be a number") from error
        number = Fields({name: value}).number(name)
        if number < ZERO:
            raise bad_request(f"{name} must not be negative")
        return number

    def optional_number(self, name: str) -> Decimal | None:
        return self.number(name) if self.has(name) else None

    def flag(self, name: str) -> bool:
        """False when absent."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, bool):
            raise bad_request(f"{name} must be true or false")
        return bool(value)

    def optional_moment(self, name: str) -> datetime | None:
        text = self.optional_text(name)
        return None if text is None else moment(name, text)

    def nested(self, name: str) -> Fields:
        value = self._values.get(name)
        if not isinstance(value, Mapping):
            raise bad_request(f"{name} is required and must be an object")
        return Fields(value)

    def items(self, *names: str, limit: int) -> list[Json]:
        """A list of 1 to `limit` items, under the first of the names that is there."""
        value = next((self._values[n] for n in names if self.has(n)), None)
        if not isinstance(value, list) or not value:
            raise bad_request(f"{names[0]} must be a list of 1-{limit} items")
        if len(value) > limit:
            raise bad_request(f"{names[0]} must hold at most {limit} items")
        return value


def moment(name: str, text: str) -> datetime:
    """A time in ISO 8601 with a zone. Raises Problem 400."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise bad_request(f"{name} must be an ISO 8601 time") from error
    if parsed.tzinfo is None:
        raise bad_request(f"{name} must carry a time zone")
    return parsed


class Query:
    """The parameters of a URL. Unknown ones are ignored, as the venue does."""

    def __init__(self, parameters: QueryParams) -> None:
        self._parameters = parameters

    def text(self, name: str) -> str | None:
        """None when absent or empty."""
        return self._parameters.get(name) or None

    def many(self, name: str) -> list[str]:
        """All values of `name` and `name[]`, commas split too, in order and without repeats."""
        found: dict[str, None] = {}
        for key, value in self._parameters.multi_items():
            if key in (name, f"{name}[]"):
                found.update(dict.fromkeys(part for part in value.split(",") if part))
        return list(found)

    def number(self, name: str, default: int) -> int:
        """A whole number from 1 up. Raises Problem 400 for anything else."""
        text = self.text(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit()) or len(text) > len(str(_PAGE_LIMIT)):
            raise bad_request(f"{name} must be a positive whole number")
        number = int(text)
        if number < 1:
            raise bad_request(f"{name} must be a positive whole number")
        return number

    def choice(self, name: str, kind: type[Choice]) -> Choice | None:
        text = self.text(name)
        if text is None:
            return None
        if text not in set(kind):
            raise bad_request(f"{name} must be one of {', '.join(kind)}")
        return kind(text)

    def flag(self, name: str) -> bool:
        text = self.text(name)
        if text not in (None, "true", "false"):
            raise bad_request(f"{name} must be true or false")
        return text == "true"

    def moment(self, name: str) -> datetime | None:
        text = self.text(name)
        # A plus sign of the zone arrives as a space when it was not escaped.
        return None if text is None else moment(name, text.replace(" ", "+"))


def as_object(value: Json) -> Fields:
    """Raises Problem 400 unless the value is an object."""
    if not isinstance(value, Mapping):
        raise bad_request("The request body must be a JSON object")
    return Fields(value)


def as_item(value: Json) -> Fields:
    """One entry of a batch. Raises Problem 400 unless it is an object."""
    if not isinstance(value, Mapping):
        raise bad_request("Each item must be a JSON object")
    return Fields(value)


def unprocessable(message: str) -> Problem:
    return Problem(422, "validation_error", message)
