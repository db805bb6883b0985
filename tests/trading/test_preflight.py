"""What must be true before real money is traded, and each of it found out when it is not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bayse_agent.domain.errors import VenueUnreachable
from bayse_agent.domain.market import Quote
from bayse_agent.domain.money import Money
from bayse_agent.domain.order import Declined, OrderId, Unresolved
from bayse_agent.domain.portfolio import Wallet
from bayse_agent.trading.preflight import Check, preflight
from tests.trading.stages import NGN, Venue, stage


async def checks(folder: Path, venue: type[Venue] = Venue, skew_s: float = 0.0) -> dict[str, Check]:
    async with stage(folder, venue) as s:
        found = await preflight(s.agent, skew_s=skew_s)
        assert s.venue.placed == []
        return {check.name: check for check in found}


def failed(found: dict[str, Check]) -> list[str]:
    return [name for name, check in found.items() if not check.is_passed]


async def test_preflight_when_all_is_well_then_every_check_passes(tmp_path: Path) -> None:
    found = await checks(tmp_path)
    assert list(found) == ["signature", "balance", "fee", "books", "clock"]
    assert failed(found) == []


@pytest.mark.parametrize(("skew_s", "is_passed"), [(-30.0, True), (30.1, False), (-3600.0, False)])
async def test_preflight_when_the_clocks_differ_then_thirty_seconds_are_allowed(
    tmp_path: Path, skew_s: float, is_passed: bool
) -> None:
    assert (await checks(tmp_path, skew_s=skew_s))["clock"].is_passed is is_passed


class WrongKey(Venue):
    async def cancel(self, order_id: OrderId) -> Declined:
        return Declined(status=401, code="unauthorized", message="bad signature")


class Silent(Venue):
    async def cancel(self, order_id: OrderId) -> Unresolved:
        return Unresolved(reason="no answer")


class Empty(Venue):
    async def wallets(self) -> tuple[Wallet, ...]:
        return (Wallet(available=Money.zero(NGN), pending=Money.zero(NGN)),)


class Away(Venue):
    async def wallets(self) -> tuple[Wallet, ...]:
        raise VenueUnreachable("connection refused")


class Dear(Venue):
    async def quote(self, **asked: Any) -> Quote:
        quote = await super().quote(**asked)
        return replace(quote, fee=quote.fee * Decimal(2))


@pytest.mark.parametrize(
    ("venue", "names"),
    [
        (WrongKey, ["signature"]),
        (Silent, ["signature"]),
        (Empty, ["balance", "books"]),
        (Away, ["balance", "books"]),
        (Dear, ["fee"]),
    ],
)
async def test_preflight_when_something_is_wrong_then_that_is_named(
    tmp_path: Path, venue: type[Venue], names: list[str]
) -> None:
    assert failed(await checks(tmp_path, venue)) == names
