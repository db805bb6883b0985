"""The log for the pages: what happens is in it with its ids, by level, and without secrets."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import replace
from typing import Any

import pytest
import structlog
from structlog.contextvars import bound_contextvars, clear_contextvars

from bayse_agent.adapters.logbook import Logbook
from bayse_agent.api.app import create_app
from bayse_agent.api.chronicle import Chronicle
from bayse_agent.cli.logs import log_to_stderr
from bayse_agent.domain.access import Scope
from bayse_agent.domain.command import Command, CommandKind
from bayse_agent.settings import Settings
from bayse_agent.settings.logs import LogFormat, LogLevel
from tests.api.stage import Stage, fast_passwords


@pytest.fixture
def stderr() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def book(stderr: io.StringIO) -> Iterator[Logbook]:
    """The log of a service, as it is set up at its start."""
    before = structlog.get_config()
    made = Logbook()
    with redirect_stderr(stderr):
        log_to_stderr(Settings(), form=LogFormat.JSON, least=LogLevel.WARNING, logbook=made)
    yield made
    clear_contextvars()
    structlog.configure(**before)


async def _logs(stage: Stage, book: Logbook, **query: Any) -> Any:
    parts = replace(stage.parts, logbook=book)
    told = replace(stage, parts=parts, app=create_app(parts, passwords=fast_passwords()))
    async with told.client() as client:
        headers = await stage.bearer(Scope.READ)
        answer = await client.get("/logs", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_journal_when_written_then_logged_with_the_ids_of_what_it_is_about(
    stage: Stage, book: Logbook
) -> None:
    parts = stage.parts
    chronicle = Chronicle(parts.reader, parts.timer)
    await chronicle.read_on()
    command = Command(
        id="c-1",
        kind=CommandKind.ANALYZE,
        by="ada",
        at=parts.clock.now(),
        arguments={"event": "e", "market": "m"},
    )
    await parts.store.add_command(command)
    await chronicle.read_on()
    await chronicle.read_on()
    (line,) = (await _logs(stage, book, about="c-1"))["items"]
    assert (line["event"], line["level"]) == ("command", "info")
    assert line["fields"]["command_id"] == "c-1"
    assert line["fields"]["mode"] == "demo"


async def test_history_when_it_is_read_then_orders_and_fills_have_their_intents(
    stage: Stage, book: Logbook
) -> None:
    chronicle = Chronicle(stage.parts.reader, stage.parts.timer, after=0)
    while await chronicle.read_on():
        pass
    lines = book.last(1000)
    kinds = {line.event for line in lines}
    assert {"intent", "fill", "intent_change"} <= kinds
    for line in lines:
        if line.event in ("intent", "fill", "intent_change"):
            assert line.fields["intent_id"]
    fill = next(line for line in lines if line.event == "fill")
    about = {line.event for line in book.last(1000, about=fill.fields["intent_id"])}
    assert {"intent", "fill"} <= about


async def test_logs_when_asked_by_level_then_paged_and_without_secrets(
    stage: Stage, book: Logbook, stderr: io.StringIO
) -> None:
    log = structlog.get_logger()
    with bound_contextvars(intent_id="i-1", signal_id="s-1"):
        for number in range(3):
            log.warning("trouble", number=number, password="orange kettle")
    log.info("nothing much")
    found = await _logs(stage, book, level="warning", limit=2)
    assert [line["fields"]["number"] for line in found["items"]] == ["2", "1"]
    rest = await _logs(stage, book, level="warning", before=found["next"])
    assert [line["fields"]["number"] for line in rest["items"]] == ["0"]
    assert rest["next"] is None
    assert (found["written"], found["kept"]) == (4, 4)
    assert "orange" not in json.dumps(found)
    # On stderr: warnings only, each with what it is about, and as JSON.
    told = [json.loads(line) for line in stderr.getvalue().splitlines()]
    assert [line["event"] for line in told] == ["trouble"] * 3
    assert {(line["intent_id"], line["signal_id"]) for line in told} == {("i-1", "s-1")}


def test_log_when_text_is_wanted_then_lines_for_people(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOG_FORMAT", "TEXT")
    monkeypatch.setenv("LOG_LEVEL", "error")
    before = structlog.get_config()
    try:
        log_to_stderr(Settings(), form=LogFormat.JSON, least=LogLevel.INFO)
        structlog.get_logger().warning("not this")
        structlog.get_logger().error("but this", why="so")
    finally:
        clear_contextvars()
        structlog.configure(**before)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("timestamp='")
    assert "event='but this'" in line
