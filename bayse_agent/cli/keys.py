"""Makes, lists and revokes keys of scripts, resets passwords, and sends a test message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import timedelta

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.adapters.store.access import SqlAccess
from bayse_agent.adapters.store.reading.opening import open_access
from bayse_agent.adapters.store.store import open_store
from bayse_agent.api.passwords import Passwords, new_password
from bayse_agent.api.tokens import KEY_PREFIX, digest, new_id, new_secret
from bayse_agent.cli import codes
from bayse_agent.cli.asking import person
from bayse_agent.cli.place import Place
from bayse_agent.cli.printing import plain, show_json
from bayse_agent.domain.access import AccessEvent, ApiToken, Scope
from bayse_agent.domain.notice import Level, Notice
from bayse_agent.settings import Settings
from bayse_agent.wiring.service import notifier_of

_ORIGIN = "command line"
_TEST = Notice(level=Level.INFO, title="bayse-agent: a test", text="Messages arrive here.")


def create(name: str, scope: Scope, days: int | None, place: Place, *, as_json: bool) -> int:
    async def make() -> tuple[ApiToken, str]:
        now, secret = SystemClock().now(), f"{KEY_PREFIX}{new_secret()}"
        token = ApiToken(
            id=new_id()[:12],
            name=name,
            scope=scope,
            made_by=person(),
            made_at=now,
            ends_at=None if days is None else now + timedelta(days=days),
            used_at=None,
            revoked_at=None,
        )
        async with _access(place) as access:
            await access.add_token(token, digest(secret))
            await access.note(_event("token_made", f"{token.id} {scope} {name}"))
        return token, secret

    token, secret = asyncio.run(make())
    if as_json:
        show_json({**asdict(token), "secret": secret})
    else:
        print(f"key {token.id} ({scope}), shown this once:\n{secret}")
    return codes.DONE


def show(place: Place, *, as_json: bool) -> int:
    async def read() -> tuple[ApiToken, ...]:
        async with _access(place) as access:
            return await access.tokens()

    found = asyncio.run(read())
    if as_json:
        show_json(found)
        return codes.DONE
    for token in found:
        state = "revoked" if token.revoked_at else "good"
        print(
            f"{token.id}  {token.scope:<8} {state:<8} {token.made_at:%Y-%m-%d}  {plain(token.name)}"
        )
    return codes.DONE


def revoke(token_id: str, place: Place) -> int:
    async def change() -> bool:
        async with _access(place) as access:
            is_done = await access.revoke_token(token_id, SystemClock().now())
            if is_done:
                await access.note(_event("token_revoked", token_id))
            return is_done

    if asyncio.run(change()):
        print(f"revoked: {token_id}")
        return codes.DONE
    print(f"there is no key {token_id!r} to revoke")
    return codes.FAILED


def reset_password(name: str, place: Place) -> int:
    async def change() -> str:
        password = new_password()
        hashed = await Passwords().hash(password)
        async with _access(place) as access:
            await access.set_password(name, hashed, must_change=True, at=SystemClock().now())
            await access.note(_event("password_reset", name))
        return password

    print(f"{name} logs in with this password, and changes it then: {asyncio.run(change())}")
    return codes.DONE


def remove_factor(name: str, place: Place) -> int:
    async def change() -> bool:
        async with _access(place) as access:
            is_done = await access.factors.remove(name, SystemClock().now())
            if is_done:
                await access.note(_event("factor_off", name))
            return is_done

    if asyncio.run(change()):
        print(f"{name} logs in with the password alone now, and may make a new second factor")
        return codes.DONE
    print(f"{name} has no second factor")
    return codes.FAILED


def send_test(settings: Settings, *, as_json: bool) -> int:
    notifier = notifier_of(settings)
    if notifier is None:
        told, code = "NOTIFY_URLS is not set: there is nobody to tell", codes.FAILED
    elif asyncio.run(notifier.send(_TEST)):
        told, code = "sent to every address", codes.DONE
    else:
        told = "not every address took it: look at the addresses in NOTIFY_URLS"
        code = codes.FAILED
    if as_json:
        show_json({"sent": code == codes.DONE, "detail": told})
    else:
        print(told)
    return code


def _event(kind: str, detail: str) -> AccessEvent:
    now = SystemClock().now()
    return AccessEvent(at=now, kind=kind, who=person(), origin=_ORIGIN, detail=detail)


@asynccontextmanager
async def _access(place: Place) -> AsyncIterator[SqlAccess]:
    place.folder.mkdir(parents=True, exist_ok=True)
    await (await open_store(place.url)).close()
    access = await open_access(place.url)
    try:
        yield access
    finally:
        await access.close()
