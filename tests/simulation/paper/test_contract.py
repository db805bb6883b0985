"""The script that every venue answers, asked of a paper account on the local exchange's markets."""

from __future__ import annotations

from bayse_agent.domain.money import Currency
from bayse_agent.simulation.paper.venue import PaperVenue
from bayse_agent.simulation.venue import LocalMarketData
from bayse_agent.simulation.world import World
from tests.contracts.test_venue_contract import differences, in_process, told_by
from tests.simulation.paper.kit import BANKROLL, WorldClock

_OWN_IDS = ("id", "order_id", "operation_id")
_AFTER_THE_POOL = "pool read"
"""From there on the account's own trade has moved the pool of one venue, and not the other's."""


async def test_script_on_paper_when_compared_with_the_venue_then_it_is_answered_alike() -> None:
    worlds = [World(seed=11) for _ in range(2)]
    data = LocalMarketData(worlds[0])
    paper = PaperVenue(data, clock=WorldClock(worlds[0]), bankroll=BANKROLL)
    on_paper = await told_by(paper, worlds[0], Currency.NGN)
    async with in_process(worlds[1]) as venue:
        for_real = await told_by(venue, worlds[1], Currency.NGN)
    assert [what for what, _ in on_paper] == [what for what, _ in for_real]
    compared = 0
    for (what, mine), (_, theirs) in zip(on_paper, for_real, strict=True):
        if what == _AFTER_THE_POOL:
            break
        if what == "wallets":
            mine, theirs = mine[:1], theirs[:1]  # The other has dollars too.
        found = [one for one in differences(mine, theirs, what) if not _is_own_id(one)]
        assert found == []
        compared += 1
    assert compared > 50


def _is_own_id(difference: str) -> bool:
    """Orders, their fills and operations carry the number of the account."""
    path = difference.partition(": ")[0]
    return path.rpartition(".")[2].removeprefix("taker_").removeprefix("maker_") in _OWN_IDS
