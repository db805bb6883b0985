"""The log of writes: what is in it is read back, and what was done to it is noticed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.money import Currency, Money
from bayse_agent.simulation.write_log import Origin, TapeFile, WriteLog, tape_file
from bayse_agent.simulation.writes import Verb, Write

ORIGIN = Origin(
    seed=7,
    start_ms=1_000,
    efficiency=0.1 + 0.2,
    switches={},
    tape=TapeFile(path=Path("/tapes/btcusdt.csv"), sha256="ab", symbol="BTCUSDT"),
    account="agent",
    deposit=Money.of("1000.50", Currency.USD),
)


def a_write(number: int) -> Write:
    return Write(
        at_ms=1_000 + number,
        verb=Verb.CANCEL,
        arguments={"order_id": str(number)},
        answer={"refused": f"404 not_found: no order {number}"},
    )


@contextmanager
def opened(file: Path) -> Iterator[WriteLog]:
    with closing(WriteLog(file)) as log:
        yield log


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A log with a first line, three writes and a stop."""
    path = tmp_path / "exchange.jsonl"
    with opened(path) as log:
        log.begin(ORIGIN)
        for number in (1, 2, 3):
            log.note(a_write(number))
        log.stop(2_000)
    return path


def told(log: WriteLog) -> list[Write]:
    return [write for write, _ in log.told()]


def test_log_when_opened_again_then_all_is_there(file: Path) -> None:
    with opened(file) as log:
        assert log.origin == ORIGIN
        assert told(log) == [a_write(1), a_write(2), a_write(3)]
        assert log.reached_ms == 2_000


def test_log_when_new_then_it_has_no_origin(tmp_path: Path) -> None:
    with opened(tmp_path / "new.jsonl") as log:
        assert (log.origin, told(log)) == (None, [])


def test_origin_when_there_is_no_tape_then_none_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new.jsonl"
    with opened(path) as log:
        log.begin(replace(ORIGIN, tape=None))
    with opened(path) as log:
        assert log.origin == replace(ORIGIN, tape=None)


def test_write_when_noted_then_it_is_in_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "new.jsonl"
    with opened(path) as log:
        log.begin(ORIGIN)
        log.note(a_write(1))
        assert json.loads(path.read_text().splitlines()[-1])["arguments"] == {"order_id": "1"}


def test_log_when_the_same_is_asked_again_then_nothing_is_added_until_there_is_more(
    file: Path,
) -> None:
    before = file.read_bytes()
    with opened(file) as log:
        for number in (1, 2, 3):
            log.note(a_write(number))
        assert file.read_bytes() == before
        log.note(replace(a_write(4), at_ms=2_000))
    with opened(file) as log:
        assert len(told(log)) == 4


def test_log_when_something_is_answered_differently_then_the_line_and_both_answers_are_named(
    file: Path,
) -> None:
    with opened(file) as log:
        log.note(a_write(1))
        with pytest.raises(ConfigurationError, match=r"line 3: .*no order 2.*filled.*changed"):
            log.note(replace(a_write(2), answer={"status": "filled"}))


@pytest.mark.parametrize("kept", [1, 10, 100])
def test_log_when_its_last_line_is_unfinished_then_that_is_dropped_with_a_notice(
    file: Path, kept: int
) -> None:
    whole = file.read_bytes()
    lines = whole.splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:3]) + lines[3][:kept])
    with capture_logs() as notices, opened(file) as log:
        assert told(log) == [a_write(1), a_write(2)]
        for number in (1, 2, 3):
            log.note(a_write(number))
        log.stop(2_000)
    assert [(one["event"], one["line"]) for one in notices] == [("unfinished_line_dropped", 4)]
    assert file.read_bytes() == whole


def test_log_when_its_first_line_is_unfinished_then_it_is_as_new(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:20])
    with capture_logs(), opened(file) as log:
        assert log.origin is None
        log.begin(ORIGIN)
    with opened(file) as log:
        assert log.origin == ORIGIN


def _changed(lines: list[str]) -> list[str]:
    return [*lines[:2], lines[2].replace("no order 2", "no order 9"), *lines[3:]]


def _lost(lines: list[str]) -> list[str]:
    return [*lines[:2], *lines[3:]]


def _moved(lines: list[str]) -> list[str]:
    return [*lines[:2], lines[3], lines[2], *lines[4:]]


def _doubled(lines: list[str]) -> list[str]:
    return [*lines[:2], lines[1], *lines[2:]]


def _torn(lines: list[str]) -> list[str]:
    return [*lines[:2], lines[2][:30], *lines[3:]]


def _blank(lines: list[str]) -> list[str]:
    return [*lines[:2], "", *lines[3:]]


def _no_object(lines: list[str]) -> list[str]:
    return [*lines[:2], "[1]", *lines[3:]]


def _number(lines: list[str]) -> list[str]:
    return [*lines[:2], "12", *lines[3:]]


@pytest.mark.parametrize(
    "damage", [_changed, _lost, _moved, _doubled, _torn, _blank, _no_object, _number]
)
def test_log_when_damaged_then_the_line_is_named(
    file: Path, damage: Callable[[list[str]], list[str]]
) -> None:
    file.write_text("\n".join(damage(file.read_text().splitlines())) + "\n")
    with pytest.raises(ConfigurationError, match="is damaged in line 3"):
        WriteLog(file)


def test_log_when_its_first_line_was_changed_then_damaged_in_line_1(file: Path) -> None:
    file.write_text(file.read_text().replace('"seed":7', '"seed":8'))
    with pytest.raises(ConfigurationError, match="is damaged in line 1"):
        WriteLog(file)


def test_log_when_time_goes_back_then_damaged(file: Path) -> None:
    with opened(file) as log:
        for number in (1, 2, 3):
            log.note(a_write(number))
        log.note(a_write(4))
    with pytest.raises(ConfigurationError, match="line 6: ValueError: time goes back"):
        WriteLog(file)


def test_log_when_already_open_then_in_use(file: Path) -> None:
    with opened(file), pytest.raises(ConfigurationError, match="in use"):
        WriteLog(file)


def test_log_when_it_is_a_directory_then_it_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot use"):
        WriteLog(tmp_path)


def test_tape_when_its_content_changes_then_another_fingerprint(tmp_path: Path) -> None:
    tape = tmp_path / "btc.csv"
    tape.write_text("a")
    first = tape_file(tape, "BTCUSDT")
    tape.write_text("b")
    assert tape_file(tape, "BTCUSDT") != first


def test_tape_when_it_is_gone_then_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot use"):
        tape_file(tmp_path / "none.csv", "BTCUSDT")
