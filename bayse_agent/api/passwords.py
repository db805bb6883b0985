"""Passwords: which ones will do, and checking them in threads, a few at a time."""

from __future__ import annotations

import asyncio
import secrets

from pwdlib.hashers.argon2 import Argon2Hasher

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.secrecy import LONGEST_PASSWORD, why_easy

_AT_ONCE = 2


class Passwords:
    """Argon2id. Each check takes its time and its memory, so few run beside one another."""

    def __init__(self, hasher: Argon2Hasher | None = None) -> None:
        self._hasher = hasher or Argon2Hasher()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether it is the one. Of somebody who is not there it takes as long to say no."""
        if self._nobody is None:
            self._nobody = await self.hash(secrets.token_urlsafe(16))
        async with self._turn:
            found = await asyncio.to_thread(
                self._hasher.verify, password[:LONGEST_PASSWORD], password_hash or self._nobody
            )
        return found and password_hash is not None and len(password) <= LONGEST_PASSWORD


def check_password(password: str, name: str) -> None:
    """Raises InvalidValue, saying what is wanted, for one that is too easy."""
    if (why := why_easy(password, name)) is not None:
        raise InvalidValue(why)


def new_password() -> str:
    """One to begin with, shown once."""
    return secrets.token_urlsafe(15)
