"""Rewards, rebates and sports."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bayse_agent.adapters.bayse.client import BayseClient
from bayse_agent.adapters.bayse.programmes import BayseProgrammes
from bayse_agent.domain.errors import VenueMalformed
from tests.adapters.bayse import samples
from tests.adapters.bayse.scripted_server import Reply, ScriptedServer

PAGED = {"pagination": samples.pagination()}


@pytest.fixture
def programmes(client: BayseClient) -> BayseProgrammes:
    return BayseProgrammes(client)


async def test_rewards_when_there_are_none_then_null_is_an_empty_page(
    programmes: BayseProgrammes, server: ScriptedServer
) -> None:
    server.usual = Reply.of({"data": None, "pagination": None})

    assert (await programmes.rewards()).items == ()
    assert (await programmes.rebates()).items == ()
    assert await programmes.active_rewards() == ()
    assert await programmes.active_rebates() == ()
    assert [seen.path for seen in server.requests] == [
        "/v1/pm/liquidity-rewards",
        "/v1/pm/maker-rebates",
        "/v1/pm/liquidity-rewards/active",
        "/v1/pm/maker-rebates/active",
    ]


async def test_rewards_when_of_a_past_epoch_then_are_final(
    programmes: BayseProgrammes, server: ScriptedServer
) -> None:
    server.answers(Reply.of({"data": [samples.reward()], **PAGED}))

    (found,) = (await programmes.rewards(page=2)).items

    assert (found.payout, found.is_final, found.is_paid) == (Decimal("3.25"), True, True)
    assert ("page", "2") in server.requests[0].query


async def test_active_rewards_when_told_then_are_estimates(
    programmes: BayseProgrammes, server: ScriptedServer
) -> None:
    told = samples.reward(estimatedPayout=1.5)
    for name in ("payout", "isPaid", "status"):
        del told[name]
    server.answers(Reply.of({"data": [told]}))

    (found,) = await programmes.active_rewards()

    assert (found.payout, found.is_final) == (Decimal("1.5"), False)


async def test_rebates_when_told_then_know_whether_they_are_final(
    programmes: BayseProgrammes, server: ScriptedServer
) -> None:
    rows = [samples.rebate(), samples.rebate(status="ACTIVE")]
    server.answers(Reply.of({"data": rows, **PAGED}))

    first, second = (await programmes.rebates()).items

    assert (first.is_final, second.is_final) == (True, False)
    assert (first.rebate, first.trade_count) == (Decimal("1.2"), 17)


async def test_rewards_when_rows_have_no_page_then_are_refused(
    programmes: BayseProgrammes, server: ScriptedServer
) -> None:
    server.answers(Reply.of({"data": [samples.reward()], "pagination": None}))

    with pytest.raises(VenueMalformed):
        await programmes.rewards()


async def test_sports_when_asked_then_take_their_routes(
    programmes: BayseProgrammes, server: ScriptedServer
) -> None:
    league = {"name": "MLS", "shortName": "mls", "imageUrl": ""}
    team = {"id": "team-1", "name": "Seattle", "slug": "sea", "isPopular": True}
    server.answers(
        Reply.of({"leagues": [league]}),
        Reply.of({"teams": [team], **PAGED}),
        Reply.of({"games": [samples.game()], **PAGED}),
    )

    (found_league,) = await programmes.leagues()
    (found_team,) = (await programmes.teams(league="mls")).items
    (found_game,) = (await programmes.games(sport="football", size=10)).items

    assert (found_league.name, found_league.key) == ("MLS", None)
    assert found_team.id == found_game.home_team_id
    assert not found_game.is_live
    assert server.requests[1].query == (("league", "mls"), ("page", "1"), ("size", "50"))
    assert server.requests[2].query == (("sport", "football"), ("page", "1"), ("size", "10"))
