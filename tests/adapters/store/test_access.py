"""People, sessions, keys and doorbells in the books."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bayse_agent.adapters.store.access import SqlAccess
from bayse_agent.adapters.store.reading.opening import open_access
from bayse_agent.adapters.store.store import open_store
from bayse_agent.domain.access import ApiToken, Scope, WebSession
from bayse_agent.domain.errors import ConfigurationError
from tests.builders import NOON


@pytest.fixture
async def access(tmp_path: Path) -> AsyncIterator[SqlAccess]:
    url = f"sqlite:///{tmp_path}/books.db"
    await (await open_store(url)).close()
    opened = await open_access(url)
    await opened.set_password("ada", "hash", must_change=False, at=NOON)
    yield opened
    await opened.close()


def _session(name: str = "s-1", refresh_hash: str = "first") -> WebSession:
    return WebSession(
        id=name,
        person="ada",
        made_at=NOON,
        seen_at=NOON,
        ends_at=NOON + timedelta(hours=12),
        refresh_hash=refresh_hash,
        stepped_up_at=None,
        ended_at=None,
        ended_why="",
        origin="127.0.0.1",
    )


async def test_open_when_the_books_are_older_then_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="db upgrade"):
        await open_access(f"sqlite:///{tmp_path}/none.db")


async def test_refresh_when_given_up_in_order_then_the_session_lives(access: SqlAccess) -> None:
    await access.add_session(_session())
    assert await access.renew_session("s-1", was="first", becomes="second", at=NOON)
    assert await access.renew_session("s-1", was="second", becomes="third", at=NOON)
    found = await access.session("s-1")
    assert found is not None
    assert found.ended_at is None


async def test_refresh_when_one_comes_twice_then_the_whole_session_ends(
    access: SqlAccess,
) -> None:
    await access.add_session(_session())
    await access.renew_session("s-1", was="first", becomes="second", at=NOON)
    assert not await access.renew_session("s-1", was="first", becomes="stolen", at=NOON)
    assert not await access.renew_session("s-1", was="second", becomes="third", at=NOON)
    found = await access.session("s-1")
    assert found is not None
    assert found.ended_why == "a refresh token came twice"


async def test_password_when_changed_then_every_session_ends(access: SqlAccess) -> None:
    await access.add_session(_session("s-1"))
    await access.add_session(_session("s-2"))
    await access.set_password("ada", "other", must_change=False, at=NOON)
    assert await access.sessions_of("ada") == ()


async def test_token_when_revoked_then_it_says_so_and_is_revoked_once(access: SqlAccess) -> None:
    token = ApiToken(
        id="t-1",
        name="script",
        scope=Scope.OPERATE,
        made_by="ada",
        made_at=NOON,
        ends_at=None,
        used_at=None,
        revoked_at=None,
    )
    await access.add_token(token, "digest")
    assert await access.token_of("digest") == token
    assert await access.revoke_token("t-1", NOON)
    assert not await access.revoke_token("t-1", NOON)
    found = await access.token_of("digest")
    assert found is not None
    assert found.revoked_at == NOON


async def test_doorbell_when_it_rings_again_then_it_is_known_until_it_is_forgotten(
    access: SqlAccess,
) -> None:
    async def rings(at_hours: int) -> bool:
        at = NOON + timedelta(hours=at_hours)
        return await access.ring("bell", at=at, forget_before=at - timedelta(hours=72))

    assert [await rings(0), await rings(1), await rings(70), await rings(73)] == [
        True,
        False,
        False,
        True,
    ]
