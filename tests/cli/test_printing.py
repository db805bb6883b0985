"""What is shown fits the terminal, and does nothing but show."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bayse_agent.cli.printing import plain, show_json, show_table
from tests.builders import NOON

_NAMES = ("market", "price", "id")
_ROW = ("A question with a rather long title?", Decimal("0.510000"), "id-12345678")


@pytest.mark.parametrize("room", [40, 60, 100])
def test_show_table_when_there_is_room_then_each_row_in_one_line_that_fits(
    capsys: pytest.CaptureFixture[str], room: int
) -> None:
    show_table(_NAMES, [_ROW], room=room)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert all(len(line) <= room for line in lines)
    assert lines[1].endswith("0.51   id-12345678")


def test_show_table_when_it_is_too_narrow_then_each_row_in_lines_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_table(_NAMES, [_ROW, _ROW], room=20)
    lines = capsys.readouterr().out.splitlines()
    assert lines.count("id      id-12345678") == 2


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("clear \x1b[2J\x1b]0;title\x07", "clear  [2J ]0;title "),
        ("back\u202ewards\u200b", "back wards "),
        ("two\n\tlines", "two lines"),
        ("csi \x9b31m", "csi  31m"),
        (None, "-"),
        (NOON, "2026-06-10 12:00:00"),
        (Decimal("100"), "100"),
        ({"edge": "0.05"}, "edge 0.05"),
    ],
)
def test_plain_when_a_text_commands_the_terminal_then_it_is_only_shown(
    value: object, shown: str
) -> None:
    assert plain(value) == shown


def test_show_json_when_a_text_commands_the_terminal_then_it_is_escaped(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_json({"title": "\x9b31m\u202e", "sum": Decimal("0.10"), "at": NOON})
    told = capsys.readouterr().out
    assert told.strip().isascii()
    assert '"sum": "0.10", "at": "2026-06-10T12:00:00Z"' in told
