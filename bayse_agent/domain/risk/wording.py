"""Limits as texts by name, both ways, so that they can be stored, shown and asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.risk.limits import LIMIT_FIELDS, Limits, Unit


def limits_text(limits: Limits) -> Mapping[str, str]:
    """Every limit as text, by its name. `limits_of` gives the same limits back."""
    return {one.name: _TO_TEXT[one.unit](getattr(limits, one.name)) for one in LIMIT_FIELDS}


def limits_of(texts: Mapping[str, str]) -> Limits:
    """The limits that were written as texts.

    Raises InvalidValue, naming the limit, when one is unknown, missing or cannot be read.
    """
    known = {one.name: one.unit for one in LIMIT_FIELDS}
    if unknown := sorted(str(name) for name in texts if name not in known):
        raise InvalidValue(f"there is no limit {unknown[0]!r}: there are {', '.join(known)}")
    if missing := [name for name in known if name not in texts]:
        raise InvalidValue(f"the limit {missing[0]!r} is missing")
    read = {name: _read(name, texts[name], unit) for name, unit in known.items()}
    return replace(Limits(), **read)


def _read(name: str, text: object, unit: Unit) -> Any:
    if not isinstance(text, str):
        raise InvalidValue(f"{name} must be given as text, not {text!r}")
    try:
        return _FROM_TEXT[unit](text.strip())
    except (InvalidOperation, ValueError) as error:
        raise InvalidValue(f"{name} cannot be read as {unit}: {text!r}") from error


def _number_text(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)


def _money_text(value: Mapping[Currency, Money]) -> str:
    return ", ".join(f"{one} {value[one].amount}" for one in sorted(value))


def _money_of(text: str) -> Mapping[Currency, Money]:
    sums: dict[Currency, Money] = {}
    for part in _names_of(text):
        name, amount = part.split()
        currency = Currency(name)
        if currency in sums:
            raise ValueError("a currency is named twice")
        sums[currency] = Money.of(amount, currency)
    return sums


def _names_of(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",")) if text else ()


_TO_TEXT: Mapping[Unit, Callable[..., str]] = {
    **dict.fromkeys(Unit, str),
    Unit.MONEY: _money_text,
    Unit.SECONDS: _number_text,
    Unit.WINDOW: _number_text,
    Unit.PERCENT: _number_text,
    Unit.NAMES: ", ".join,
}
_FROM_TEXT: Mapping[Unit, Callable[[str], Any]] = {
    Unit.MONEY: _money_of,
    Unit.PART: Decimal,
    Unit.PRICE: Decimal,
    Unit.FACTOR: Decimal,
    Unit.COUNT: int,
    Unit.STREAK: int,
    Unit.SECONDS: float,
    Unit.WINDOW: float,
    Unit.PERCENT: float,
    Unit.NAMES: _names_of,
    Unit.ZONE: str,
}
