"""Lists as tables: all of them, however long, and part by part."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from starlette.responses import StreamingResponse

from bayse_agent.adapters.store.reading.reader import Cut, Slice
from bayse_agent.api.listing import Format, listed, table

_COUNT = 60_500


@dataclass(frozen=True)
class Row:
    number: int


async def _rows(cut: Cut) -> Slice[Row]:
    top = _COUNT if cut.before is None else cut.before - 1
    numbers = range(top, max(0, top - cut.limit), -1)
    items = tuple(Row(number) for number in numbers)
    return Slice(items=items, next=numbers[-1] if numbers[-1] > 1 else None)


async def test_table_when_the_list_is_long_then_nothing_is_left_out_and_it_comes_in_parts() -> None:
    answer = await listed(Format.CSV, Cut(), _rows, name="rows")
    assert isinstance(answer, StreamingResponse)
    parts = [str(part) async for part in answer.body_iterator]
    assert max(map(len, parts)) < 10_000
    lines = "".join(parts).split()
    assert lines == ["number", *(str(number) for number in range(_COUNT, 0, -1))]


async def test_table_when_it_begins_in_the_middle_then_what_follows_is_in_it() -> None:
    answer = await listed(Format.CSV, Cut(before=3), _rows, name="rows")
    assert isinstance(answer, StreamingResponse)
    assert "".join([str(part) async for part in answer.body_iterator]).split() == [
        "number",
        "2",
        "1",
    ]


@dataclass(frozen=True)
class Asked:
    words: str
    arguments: dict[str, str]


def test_table_when_a_text_would_be_a_formula_then_it_is_quoted_also_in_arguments() -> None:
    rows = [Asked(words=words, arguments={words: "1"}) for words in ("=A1", "+1", "@x", "\n=A1")]
    told = list(csv.reader(io.StringIO(table(rows), newline="")))[1:]
    assert [words[0] for words, _ in told] == ["'"] * 4
    assert [arguments[0] for _, arguments in told] == ["'"] * 4
