"""The file of a paper account: plain JSON lines, sealed, and nothing after a line that tore."""

from __future__ import annotations

import json
import resource
import signal
from pathlib import Path

import pytest

from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.simulation.paper.lines import SealedLines


def test_lines_when_read_again_then_they_are_what_was_written(tmp_path: Path) -> None:
    file = tmp_path / "paper.jsonl"
    lines = SealedLines(file)
    written = [b'{"a":1}', '{"text":"\u20a6 5,\\"check\\":\\"0\\"}"}'.encode()]
    for text in written:
        lines.append(text)
    lines.close()
    again = SealedLines(file)
    assert list(again.lines) == written
    again.close()
    plain = [json.loads(line) for line in file.read_text().splitlines()]
    assert [one["check"] for one in plain] != ["", ""]
    assert [{k: v for k, v in one.items() if k != "check"} for one in plain] == [
        json.loads(text) for text in written
    ]


def test_line_when_the_disk_takes_a_part_then_nothing_follows_and_the_rest_is_whole(
    tmp_path: Path,
) -> None:
    file = tmp_path / "paper.jsonl"
    lines = SealedLines(file)
    lines.append(b'{"a":1}')
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + 5, before[1]))
    try:
        with pytest.raises(BrokenInvariant, match="cannot write"):
            lines.append(b'{"a":2}')
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    with pytest.raises(BrokenInvariant, match="cannot write"):
        lines.append(b'{"a":3}')
    lines.close()
    again = SealedLines(file)
    assert again.lines == (b'{"a":1}',)
    again.append(b'{"a":4}')
    again.close()
    last = SealedLines(file)
    assert last.lines == (b'{"a":1}', b'{"a":4}')
    last.close()
