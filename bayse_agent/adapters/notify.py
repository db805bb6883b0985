"""Tells people where they read it: Telegram, Discord, e-mail, Slack or a webhook, by apprise."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.notice import Level, Notice

if TYPE_CHECKING:
    from apprise import Apprise

_SCHEME = re.compile(r"[a-z][a-z0-9]{0,30}")


def addresses_of(text: str) -> tuple[str, ...]:
    """Addresses that were written with commas between them.

    A comma within one, as in a list of recipients, stands without a scheme after it.
    """
    found: list[str] = []
    for part in (one.strip() for one in text.split(",")):
        if "://" in part or not found:
            found.append(part)
        else:
            found[-1] = f"{found[-1]},{part}"
    return tuple(one for one in found if one)


class AppriseNotifier:
    """Sends to every address. An address holds secrets: only its scheme is ever shown.

    `schemes` are those of the addresses, in their order.
    """

    def __init__(self, addresses: Sequence[str]) -> None:
        """Raises ConfigurationError, by number, for an address that cannot be used."""
        # Slow to import, and not needed by who tells nobody.
        from apprise import Apprise

        # What it would say of an address in its own log might have the address in it.
        logging.getLogger("apprise").propagate = False
        logging.getLogger("apprise").addHandler(logging.NullHandler())
        self._lines: list[Apprise] = []
        for number, address in enumerate(addresses, start=1):
            line = Apprise()
            if not line.add(address):
                raise ConfigurationError(f"address {number} of NOTIFY_URLS cannot be used")
            self._lines.append(line)
        self.schemes = tuple(_scheme(address) for address in addresses)

    async def send(self, notice: Notice) -> bool:
        """Whether every address took it."""
        return len(await self.reach(notice)) == len(self._lines)

    async def reach(self, notice: Notice, *, skip: Collection[int] = ()) -> frozenset[int]:
        """The places of the addresses that took it, from 0; those to `skip` are not asked."""
        asked = [place for place in range(len(self._lines)) if place not in skip]
        sent = await asyncio.gather(*(_sent(self._lines[place], notice) for place in asked))
        return frozenset(place for place, is_sent in zip(asked, sent, strict=True) if is_sent)


async def _sent(line: Apprise, notice: Notice) -> bool:
    from apprise import NotifyFormat, NotifyType

    kinds = {
        Level.INFO: NotifyType.INFO,
        Level.WARNING: NotifyType.WARNING,
        Level.ALARM: NotifyType.FAILURE,
    }
    result = await line.async_notify(
        body=notice.text or notice.title,
        title=notice.title,
        notify_type=kinds[notice.level],
        # Titles of markets are in it: nobody may take those for markup.
        body_format=NotifyFormat.TEXT,
    )
    return bool(result)


def _scheme(address: str) -> str:
    found = address.partition("://")[0].casefold()
    return found if _SCHEME.fullmatch(found) else ""
