"""The audit journal read on from a mark: what was changed since, cut off or put back is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bayse_agent.adapters.store.rereading import AT_ONCE, Mark, Rereader, reread
from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.journal import Deposit
from bayse_agent.domain.money import Currency, Money
from tests.adapters.store.acts import live_through_everything, tamper
from tests.builders import NOON


@pytest.fixture
async def lived(store: SqlStore) -> SqlStore:
    await live_through_everything(store)
    return store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "audit.mark"


async def _pay_in(store: SqlStore, number: int) -> None:
    amount = Money.of(1, Currency.NGN)
    await store.add_deposit(Deposit(id=f"paid-{number}", amount=amount, at=NOON))


async def test_go_on_when_all_is_well_then_the_mark_is_the_end_of_the_journal(
    lived: SqlStore, file: Path
) -> None:
    assert await Rereader(lived, file).go_on() == ()
    verdict = await lived.verify()
    assert Rereader(lived, file).mark() == Mark(number=verdict.rows, head=verdict.head)


async def test_reread_when_there_are_more_rows_than_a_turn_takes_then_it_goes_on_where_it_was(
    lived: SqlStore,
) -> None:
    first, _ = await lived.reading(lambda c: reread(c, Mark(), 4))
    second, findings = await lived.reading(lambda c: reread(c, first, AT_ONCE))
    assert (first.number, second.number, findings) == (4, 11, ())


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE fills SET cash = '1' WHERE id = 'fill-1'", "the fill fill-1 was changed"),
        ("UPDATE settlements SET payout = '1'", "was changed since"),
        ("UPDATE control SET state = 'HALTED'", "the control 1 was changed"),
        ("DELETE FROM commands", "the command c-1 is missing"),
        ("UPDATE audit SET body = '{}' WHERE number = 4", "audit row 4 was changed"),
        ("DELETE FROM audit WHERE number = 5", "audit row 5 is missing"),
    ],
)
async def test_go_on_when_something_was_changed_then_it_is_named_each_time(
    url: str, lived: SqlStore, file: Path, statement: str, named: str
) -> None:
    await tamper(url, statement)
    for _ in range(2):
        findings = await Rereader(lived, file).go_on()
        assert any(named in words for words in findings), findings


async def test_go_on_when_a_mark_is_there_then_only_what_is_new_is_read(
    url: str, lived: SqlStore, file: Path
) -> None:
    await Rereader(lived, file).go_on()
    await tamper(url, "UPDATE deposits SET amount = '5' WHERE id = 'opening'")
    await _pay_in(lived, 1)
    assert await Rereader(lived, file).go_on() == ()
    assert Rereader(lived, file).mark().number == 12


async def test_go_on_when_the_end_was_cut_off_and_made_anew_then_it_is_told_once(
    url: str, lived: SqlStore, file: Path
) -> None:
    await _pay_in(lived, 1)
    await Rereader(lived, file).go_on()
    await tamper(url, "DELETE FROM audit WHERE number = 12")
    (told,) = await Rereader(lived, file).go_on()
    assert "older books" in told
    assert await Rereader(lived, file).go_on() == ()


def test_mark_when_it_cannot_be_read_then_configuration_error(lived: SqlStore, file: Path) -> None:
    file.write_text(json.dumps({"number": "many"}))
    with pytest.raises(ConfigurationError, match="mark"):
        Rereader(lived, file).mark()
