"""Copies to look at: the same books in a file of their own, whatever database they are in."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayse_agent.adapters.store.copying import copy_to_look_at
from bayse_agent.adapters.store.reading import desk
from bayse_agent.adapters.store.reading.opening import open_access, open_reader
from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.money import Currency
from tests.adapters.store.acts import live_through_everything
from tests.builders import NOON, a_deposit


async def test_copy_when_the_books_are_in_use_then_it_is_the_same_and_on_its_own(
    url: str, store: SqlStore, tmp_path: Path
) -> None:
    await live_through_everything(store)
    before = await store.portfolio(Currency.NGN), await store.ledger(), await store.verify()
    copy = await copy_to_look_at(url, tmp_path / "copy.db")
    other = await open_store(copy)
    found = await other.portfolio(Currency.NGN), await other.ledger(), await other.verify()
    assert found == before
    assert await other.check() == ()
    await other.take_lease(holder="whoever looks", at=NOON)
    await other.add_deposit(a_deposit("5", "pretended"))
    await other.close()
    assert not await store.has_deposit("pretended")
    assert (await store.verify()) == before[2]


async def test_copy_when_it_is_made_of_rows_then_who_may_come_in_is_left_out(
    url: str, store: SqlStore, tmp_path: Path
) -> None:
    if url.startswith("sqlite"):
        with pytest.raises(ConfigurationError, match="there are no books"):
            await copy_to_look_at(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "copy.db")
        return
    access = await open_access(url)
    await access.set_password("ada", "a hash", must_change=False, at=NOON)
    await access.close()
    copy = await copy_to_look_at(url, tmp_path / "copy.db")
    copied = await open_access(copy)
    assert not await copied.has_people()
    await copied.close()
    reader = await open_reader(copy)
    assert await reader.ask(desk.audit_head()) == (await store.verify()).rows
    await reader.close()
