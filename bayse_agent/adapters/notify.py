"""Tells people where they read it: Telegram, Discord, e-mail, Slack or a webhook, by apprise."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.notice import Level, Notice

if TYPE_CHECKING:
    from apprise import Apprise


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
    """Sends to every address. An address holds secrets: it is never shown."""

    def __init__(self, addresses: Sequence[str]) -> None:
        """Raises ConfigurationError, by number, for an address that cannot be used."""
        # Slow to import, and not needed by who tells nobody.
        from apprise import Apprise

        # What it would say of an address in its own log might have the address in it.
        logging.getLogger("apprise").propagate = False
        logging.getLogger("apprise").addHandler(logging.NullHandler())
        self._apprise: Apprise = Apprise()
        for number, address in enumerate(addresses, start=1):
            if not self._apprise.add(address):
                raise ConfigurationError(f"address {number} of NOTIFY_URLS cannot be used")

    async def send(self, notice: Notice) -> bool:
        """Whether every address took it."""
        from apprise import NotifyType

        kinds = {
            Level.INFO: NotifyType.INFO,
            Level.WARNING: NotifyType.WARNING,
            Level.ALARM: NotifyType.FAILURE,
        }
        sent = await self._apprise.async_notify(
            body=notice.text or notice.title, title=notice.title, notify_type=kinds[notice.level]
        )
        return bool(sent)
