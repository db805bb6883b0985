"""Rows of the books as a table that spreadsheets take: a line of names, then one for each row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def head(view: type[Any]) -> str:
    """The line of names of a kind of rows."""
    return _lines([[one.name for one in fields(view)]])


def body(rows: Sequence[Any]) -> str:
    """The lines of rows of one kind. What a spreadsheet would take for a formula is quoted."""
    if not rows:
        return ""
    names = [one.name for one in fields(rows[0])]
    return _lines([_cell(getattr(row, name)) for name in names] for row in rows)


def _lines(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat()
        case str():
            return _plain(value)
        case dict():
            return _plain("; ".join(f"{name}={one}" for name, one in value.items()))
    return str(value)


def _plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
