"""The log that is kept: bounded, the bad lines longest, and never with a secret in it."""

from __future__ import annotations

from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.adapters.logbook import Logbook, Quiet, Severity
from bayse_agent.adapters.redaction import redacted

_LEVELS = st.sampled_from(["debug", "info", "warning", "error", "critical", "exception", "odd"])


def _written(book: Logbook, level: str, event: str = "it", **fields: Any) -> None:
    at = "2026-06-10T12:00:00Z"
    book(None, level, {"event": event, "level": level, "timestamp": at, **fields})


@given(st.lists(_LEVELS, max_size=60), st.sampled_from(Severity))
def test_lines_when_read_then_newest_first_and_at_least_so_bad(
    levels: list[str], least: Severity
) -> None:
    book = Logbook(most=10)
    for level in levels:
        _written(book, level)
    found = book.last(100, least=least)
    numbers = [line.number for line in found]
    assert numbers == sorted(numbers, reverse=True)
    assert all(line.level.rank >= least.rank for line in found)
    assert book.kept <= 20
    assert book.written == len(levels)


def test_warnings_when_many_other_lines_follow_then_they_are_still_there() -> None:
    book = Logbook(most=3)
    _written(book, "error", "the bad one")
    for _ in range(100):
        _written(book, "info")
    (bad,) = book.last(10, least=Severity.WARNING)
    assert (bad.number, bad.event) == (1, "the bad one")
    assert [line.number for line in book.last(10)] == [101, 100, 99, 1]
    assert [line.number for line in book.last(1, before=100)] == [99]


def test_lines_when_asked_for_by_an_id_then_only_those_about_it() -> None:
    book = Logbook()
    _written(book, "info", intent_id="i-1")
    _written(book, "info", intent_id="i-2", signal_id="s-1")
    assert [line.number for line in book.last(10, about="s-1")] == [2]
    assert book.last(10, about="i") == ()


def test_line_when_it_is_huge_or_strange_then_cut_and_kept() -> None:
    book = Logbook()
    fields = {f"name-{number}": "x" * 10_000 for number in range(100)}
    book(None, "info", {"event": {"a": 1}, "level": 7, "timestamp": "never", **fields})
    (line,) = book.last(1)
    assert line.level is Severity.WARNING
    assert len(line.fields) <= 40
    assert max(map(len, line.fields.values())) == 2_000


def test_secrets_when_they_are_logged_then_they_are_not_kept() -> None:
    book = Logbook()
    event = {"event": "asked with sk_live_4eC39HqLyjWDarjtT1zdp7dc", "password": "orange"}
    book(None, "info", dict(redacted(None, "info", event)))
    assert "4eC39" not in str(book.last(1))
    assert "orange" not in str(book.last(1))


def test_quiet_when_a_line_is_not_bad_enough_then_dropped() -> None:
    quiet = Quiet(Severity.WARNING)
    assert quiet(None, "error", {"level": "error"}) == {"level": "error"}
    with pytest.raises(structlog.DropEvent):
        quiet(None, "info", {"level": "info"})
