"""Makes, lists and revokes keys of scripts, resets passwords, and sends a test message."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from getpass import getuser
from pathlib import Path

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.adapters.store.access import SqlAccess
from bayse_agent.adapters.store.reading.opening import open_access
from bayse_agent.adapters.store.store import open_store
from bayse_agent.api.passwords import Passwords, new_password
from bayse_agent.api.tokens import KEY_PREFIX, digest, new_id, new_secret
from bayse_agent.domain.access import AccessEvent, ApiToken, Scope
from bayse_agent.domain.notice import Level, Notice
from bayse_agent.settings import Settings
from bayse_agent.wiring.service import notifier_of

_ORIGIN = "command line"


def create(name: str, scope: Scope, days: int | None, env_file: Path | None) -> int:
    async def make() -> None:
        now, secret = SystemClock().now(), f"{KEY_PREFIX}{new_secret()}"
        token = ApiToken(
            id=new_id()[:12],
            name=name,
            scope=scope,
            made_by=getuser(),
            made_at=now,
            ends_at=None if days is None else now + timedelta(days=days),
            used_at=None,
            revoked_at=None,
        )
        async with _access(env_file) as access:
            await access.add_token(token, digest(secret))
            await access.note(_event("token_made", f"{token.id} {scope} {name}"))
        print(f"key {token.id} ({scope}), shown this once:\n{secret}")

    asyncio.run(make())
    return 0


def show(env_file: Path | None, *, as_json: bool) -> int:
    async def read() -> tuple[ApiToken, ...]:
        async with _access(env_file) as access:
            return await access.tokens()

    found = asyncio.run(read())
    if as_json:
        print(json.dumps([_told(token) for token in found]))
        return 0
    for token in found:
        state = "revoked" if token.revoked_at else "good"
        print(f"{token.id}  {token.scope:<8} {state:<8} {token.made_at:%Y-%m-%d}  {token.name}")
    return 0


def revoke(token_id: str, env_file: Path | None) -> int:
    async def change() -> bool:
        async with _access(env_file) as access:
            is_done = await access.revoke_token(token_id, SystemClock().now())
            if is_done:
                await access.note(_event("token_revoked", token_id))
            return is_done

    if asyncio.run(change()):
        print(f"revoked: {token_id}")
        return 0
    print(f"there is no key {token_id!r} to revoke")
    return 1


def reset_password(name: str, env_file: Path | None) -> int:
    async def change() -> str:
        password = new_password()
        hashed = await Passwords().hash(password)
        async with _access(env_file) as access:
            await access.set_password(name, hashed, must_change=True, at=SystemClock().now())
            await access.note(_event("password_reset", name))
        return password

    print(f"{name} logs in with this password, and changes it then: {asyncio.run(change())}")
    return 0


def remove_factor(name: str, env_file: Path | None) -> int:
    async def change() -> bool:
        async with _access(env_file) as access:
            is_done = await access.factors.remove(name, SystemClock().now())
            if is_done:
                await access.note(_event("factor_off", name))
            return is_done

    if asyncio.run(change()):
        print(f"{name} logs in with the password alone now, and may make a new second factor")
        return 0
    print(f"{name} has no second factor")
    return 1


def send_test(env_file: Path | None) -> int:
    notifier = notifier_of(Settings.read(env_file))
    if notifier is None:
        print("NOTIFY_URLS is not set: there is nobody to tell")
        return 1
    notice = Notice(level=Level.INFO, title="bayse-agent: a test", text="Messages arrive here.")
    if asyncio.run(notifier.send(notice)):
        print("sent to every address")
        return 0
    print("not every address took it: look at the addresses in NOTIFY_URLS")
    return 1


def _told(token: ApiToken) -> dict[str, str | None]:
    def moment(at: object) -> str | None:
        return None if at is None else str(at)

    return {
        "id": token.id,
        "name": token.name,
        "scope": token.scope.value,
        "made_by": token.made_by,
        "made_at": moment(token.made_at),
        "ends_at": moment(token.ends_at),
        "used_at": moment(token.used_at),
        "revoked_at": moment(token.revoked_at),
    }


def _event(kind: str, detail: str) -> AccessEvent:
    now = SystemClock().now()
    return AccessEvent(at=now, kind=kind, who=getuser(), origin=_ORIGIN, detail=detail)


@asynccontextmanager
async def _access(env_file: Path | None) -> AsyncIterator[SqlAccess]:
    settings = Settings.read(env_file)
    url = settings.database_url.get_secret_value()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    await (await open_store(url)).close()
    access = await open_access(url)
    try:
        yield access
    finally:
        await access.close()
