"""What the program ends with for what became of a command: a script goes by nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from bayse_agent.adapters.store.reading.views import CommandView
from bayse_agent.cli import codes
from bayse_agent.cli.asking import code_of

_AT = datetime(2026, 6, 1, tzinfo=UTC)


def answered(
    kind: str, result: Mapping[str, str], status: str = "DONE", **arguments: str
) -> CommandView:
    return CommandView(
        number=1,
        id="c",
        kind=kind,
        made_by="me",
        at=_AT,
        arguments=arguments,
        status=status,
        result=result,
        finished_at=_AT,
    )


@pytest.mark.parametrize(
    ("kind", "result", "code"),
    [
        ("approve", {"status": "EXECUTED", "outcome": "traded"}, codes.DONE),
        ("approve", {"status": "EXECUTED", "outcome": "executed already"}, codes.DONE),
        ("approve", {"status": "REFUSED", "outcome": "refused_edge"}, codes.REFUSED),
        ("approve", {"status": "EXECUTED", "outcome": "declined"}, codes.REFUSED),
        ("trade", {"outcome": "traded"}, codes.DONE),
        ("trade", {"outcome": "unresolved"}, codes.DONE),
        ("trade", {"outcome": "sent already"}, codes.DONE),
        ("trade", {"outcome": "refused_stake"}, codes.REFUSED),
        ("trade", {"outcome": "halted"}, codes.REFUSED),
        ("close", {"positions": "1", "o1": "traded"}, codes.DONE),
        ("close", {"positions": "1", "o1": "unfilled"}, codes.REFUSED),
        ("close_all", {"positions": "0"}, codes.DONE),
        ("close_all", {"positions": "2", "o1": "traded", "o2": "price_moved"}, codes.FAILED),
        ("halt", {"state": "HALTED"}, codes.DONE),
    ],
)
def test_code_when_nothing_was_sent_then_it_is_not_that_of_done(
    kind: str, result: Mapping[str, str], code: int
) -> None:
    assert code_of(answered(kind, result, confirm="yes")) == code


def test_code_when_it_was_only_asked_what_a_sale_would_bring_then_done() -> None:
    preview = {"positions": "1", "o1": "would bring NGN 5 for 2 shares", "sent": "nothing"}
    assert code_of(answered("close_all", preview)) == codes.DONE


@pytest.mark.parametrize(
    ("status", "code"),
    [("REFUSED", codes.REFUSED), ("FAILED", codes.FAILED), ("PENDING", codes.NO_ANSWER)],
)
def test_code_when_it_was_not_done_then_it_says_so(status: str, code: int) -> None:
    assert code_of(answered("trade", {}, status)) == code
