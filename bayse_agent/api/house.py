"""What routes work with: the parts of the service, and the things that live as long as it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from bayse_agent.adapters.store.reading.earnings import Earnings
from bayse_agent.adapters.store.reading.signals import Remembered
from bayse_agent.api.doors import Doors
from bayse_agent.api.live import Live
from bayse_agent.api.metering import Meter
from bayse_agent.api.offers import Offers
from bayse_agent.api.parts import ApiParts
from bayse_agent.api.proving import Provings
from bayse_agent.api.tickets import Tickets


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One service at work."""

    parts: ApiParts
    doors: Doors
    meter: Meter
    live: Live
    tickets: Tickets
    remembered: Remembered
    earnings: Earnings
    provings: Provings
    offers: Offers


def _house(connection: HTTPConnection) -> House:
    found = connection.app.state.house
    assert isinstance(found, House)
    return found


def _origin(connection: HTTPConnection) -> str:
    return str(connection.scope["state"]["origin"])


InHouse = Annotated[House, Depends(_house)]
FromOrigin = Annotated[str, Depends(_origin)]
"""The address that the request came from."""
