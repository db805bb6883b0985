"""The audit journal: everything that matters is in it, and whatever is changed later is named."""

from __future__ import annotations

import pytest

from bayse_agent.adapters.store.database import connect
from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.adapters.store.tables import APPEND_ONLY
from bayse_agent.domain.errors import BrokenInvariant
from tests.adapters.store.acts import live_through_everything, tamper


@pytest.fixture
async def lived(store: SqlStore) -> SqlStore:
    await live_through_everything(store)
    return store


async def test_verify_when_nothing_was_changed_then_no_findings(lived: SqlStore) -> None:
    verdict = await lived.verify()
    assert verdict.findings == ()
    # Lease, control, deposit, run, limits, command, its end, intent, change, fill, settlement.
    assert verdict.rows == 11


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE fills SET cash = '1' WHERE id = 'fill-1'", "the fill fill-1 was changed: cash"),
        ("DELETE FROM fills", "the fill fill-1 is missing"),
        ("UPDATE settlements SET payout = '1'", "was changed: payout is '1', was '980'"),
        ("UPDATE deposits SET amount = '5'", "the deposit opening was changed: amount"),
        ("UPDATE intents SET amount = '2000'", "was changed: amount is '2000', was '1000'"),
        ("UPDATE intents SET body = '12'", "was changed: body"),
        ("UPDATE intents SET status = 'LOST'", "status is LOST, was FILLED"),
        ("UPDATE control SET state = 'HALTED'", "the control 1 was changed: state"),
        ("UPDATE limits SET body = '{}'", "the limits 1 was changed: body"),
        ("UPDATE commands SET kind = 'halt'", "the command c-1 was changed: kind"),
        ("UPDATE commands SET status = 'PENDING'", "the command end c-1 is missing"),
        ("UPDATE commands SET result = '{}'", "the command end c-1 was changed: result"),
        ("DELETE FROM commands", "the command c-1 is missing"),
        ("UPDATE lease SET holder = 'me'", "the lease was changed: holder"),
        ("UPDATE orders SET id = 'order-9'", "the order order-1 is missing"),
        ("UPDATE runs SET mode = 'live'", "the run run-1 was changed: mode"),
        ("DELETE FROM intent_changes", "the intent change 1 is missing"),
        (
            "INSERT INTO deposits SELECT 'second', currency, amount, at FROM deposits",
            "no audit row tells of the deposit second",
        ),
        ("UPDATE audit SET body = '{}' WHERE number = 4", "audit row 4 was changed"),
        ("UPDATE audit SET at = '2026-06-10 12:00:01.000000' WHERE number = 4", "audit row 4"),
        ("DELETE FROM audit WHERE number = 5", "audit row 5 is missing: 6 follows"),
        ("DELETE FROM audit WHERE number = 11", "no audit row tells of the settlement"),
        (
            "INSERT INTO audit SELECT 12, at, mode, kind, subject, body, hash, hash FROM audit "
            "WHERE number = 11",
            "audit row 12 was changed",
        ),
    ],
)
async def test_verify_when_something_was_changed_then_it_is_named(
    url: str, lived: SqlStore, statement: str, named: str
) -> None:
    await tamper(url, statement)
    findings = (await lived.verify()).findings
    assert any(named in words for words in findings), findings


async def test_verify_when_rows_changed_places_then_both_are_named(
    url: str, lived: SqlStore
) -> None:
    moves = ((7, 99), (8, 7), (99, 8))
    await tamper(
        url,
        *(f"UPDATE audit SET number = {new} WHERE number = {old}" for old, new in moves),
    )
    findings = " ".join((await lived.verify()).findings)
    assert "audit row 7 was changed" in findings
    assert "audit row 8 was changed" in findings


async def test_verify_when_the_end_was_made_anew_then_the_head_is_another(
    url: str, lived: SqlStore
) -> None:
    head = (await lived.verify()).head
    await tamper(
        url,
        "DELETE FROM audit WHERE number = 11",
        "DELETE FROM settlements",
    )
    assert (await lived.verify()).head != head


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET at = at"])
async def test_database_when_an_append_only_row_is_touched_then_refused(
    url: str, lived: SqlStore, table: str, act: str
) -> None:
    database = connect(url)
    with pytest.raises(BrokenInvariant, match="append-only"):
        await database.run(lambda connection: connection.exec_driver_sql(act.format(table)))
    await database.close()
    assert (await lived.verify()).findings == ()
