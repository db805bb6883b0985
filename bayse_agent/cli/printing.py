"""Shows what was found: as lines and tables that fit the terminal, or as JSON."""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

_GAP = "  "
_NARROWEST = 12
_USUAL = (100, 24)
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Kinds of characters that command a terminal or turn the order of a text round."""


def show_json(found: object) -> None:
    """One JSON value on stdout, with the names and the forms of the service's answers."""
    from pydantic_core import to_jsonable_python

    print(json.dumps(to_jsonable_python(found)))


def width() -> int:
    """Columns of the terminal; 100 where there is none."""
    return max(20, shutil.get_terminal_size(_USUAL).columns)


def plain(value: object) -> str:
    """A value as one line of text that does nothing but show: titles come from elsewhere."""
    text = _text(value)
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        " " if unicodedata.category(one) in _HIDDEN else one for one in " ".join(text.split())
    )


def _text(value: object) -> str:
    match value:
        case None:
            return "-"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case Decimal():
            return _number(value)
        case float():
            return f"{value:.4f}"
        case Mapping():
            return ", ".join(f"{name} {one}" for name, one in value.items())
    return str(value)


def _number(value: Decimal) -> str:
    """An exact number without the noughts at its end: 0.510000 is 0.51."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def show_table(names: Sequence[str], rows: Sequence[Sequence[object]], *, room: int = 0) -> None:
    """Rows below their names. `room`: columns to fit in, those of the terminal when 0.

    What is too wide is cut in its widest column; where even that does not do, each row is told in
    lines of its own.
    """
    room = room or width()
    cells = [[plain(value) for value in row] for row in rows]
    widths = [max(len(one) for one in column) for column in zip(names, *cells, strict=True)]
    spare = room - len(_GAP) * (len(names) - 1)
    widest = widths.index(max(widths))
    others = sum(widths) - widths[widest]
    if others + min(widths[widest], _NARROWEST) > spare:
        _show_records(names, cells)
        return
    widths[widest] = min(widths[widest], spare - others)
    for row in (names, *cells):
        line = _GAP.join(_fit(one, size) for one, size in zip(row, widths, strict=True))
        print(line.rstrip())


def show_pairs(pairs: Mapping[str, object], *, indent: str = "") -> None:
    """Names with their values, one below the other."""
    longest = max((len(name) for name in pairs), default=0)
    for name, value in pairs.items():
        print(f"{indent}{name:<{longest}}{_GAP}{plain(value)}")


def _show_records(names: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    for number, row in enumerate(cells):
        if number:
            print()
        show_pairs(dict(zip(names, row, strict=True)))


def _fit(text: str, size: int) -> str:
    return text.ljust(size) if len(text) <= size else f"{text[: size - 1]}…"
