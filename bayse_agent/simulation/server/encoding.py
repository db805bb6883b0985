"""JSON as the venue speaks it: decimals go out as exact numbers and come in as exact numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from json.encoder import encode_basestring_ascii

from bayse_agent.simulation.server.problem import Problem

Json = Mapping[str, "Json"] | list["Json"] | str | Decimal | int | bool | None
"""What can be sent. There is no float: a float has dust."""


def number_text(value: Decimal) -> str:
    """A decimal without exponent or trailing zeros: Decimal('0.5500') is '0.55'."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def write_json(value: Json) -> bytes:
    """Encode a value, ASCII only."""
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts).encode("ascii")


def _write(value: Json, parts: list[str]) -> None:
    if isinstance(value, str):
        parts.append(encode_basestring_ascii(str(value)))
    elif isinstance(value, Decimal):
        parts.append(number_text(value))
    elif isinstance(value, Mapping):
        _write_object(value, parts)
    elif isinstance(value, list):
        _write_list(value, parts)
    else:
        parts.append(_plain(value))


def _plain(value: int | bool | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _write_object(value: Mapping[str, Json], parts: list[str]) -> None:
    opening = "{"
    for key, item in value.items():
        parts.append(f"{opening}{encode_basestring_ascii(key)}:")
        _write(item, parts)
        opening = ","
    parts.append("}" if value else "{}")


def _write_list(value: list[Json], parts: list[str]) -> None:
    opening = "["
    for item in value:
        parts.append(opening)
        _write(item, parts)
        opening = ","
    parts.append("]" if value else "[]")


def read_json(body: bytes) -> Json:
    """Decode a body; fractions become Decimal. Raises Problem 400 for anything but JSON."""
    try:
        decoded: Json = json.loads(
            body.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise Problem(400, "bad_request", "The request body is not valid JSON") from error
    return decoded


def _refuse_constant(name: str) -> Decimal:
    raise ValueError(f"{name} is not a JSON number")
