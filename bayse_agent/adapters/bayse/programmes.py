"""The venue's programmes for makers, and its sports: read only."""

from __future__ import annotations

from bayse_agent.adapters.bayse.client import Access, BayseClient
from bayse_agent.adapters.bayse.records import Game, League, LiquidityReward, MakerRebate, Team
from bayse_agent.adapters.bayse.wire import programmes, sports
from bayse_agent.domain.market import Page

_REWARDS = "/v1/pm/liquidity-rewards"
_REBATES = "/v1/pm/maker-rebates"
_SPORTS = "/v1/pm/sports"


class BayseProgrammes:
    """Liquidity rewards, maker rebates, leagues, teams and games."""

    def __init__(self, client: BayseClient) -> None:
        self._client = client

    async def rewards(self, *, page: int = 1, size: int = 20) -> Page[LiquidityReward]:
        return programmes.rewards(await self._mine(_REWARDS, page, size), self._client.drift)

    async def active_rewards(self) -> tuple[LiquidityReward, ...]:
        answer = await self._client.read(f"{_REWARDS}/active", access=Access.READ)
        return programmes.active_rewards(answer, self._client.drift)

    async def rebates(self, *, page: int = 1, size: int = 20) -> Page[MakerRebate]:
        return programmes.rebates(await self._mine(_REBATES, page, size), self._client.drift)

    async def active_rebates(self) -> tuple[MakerRebate, ...]:
        answer = await self._client.read(f"{_REBATES}/active", access=Access.READ)
        return programmes.active_rebates(answer, self._client.drift)

    async def leagues(self) -> tuple[League, ...]:
        answer = await self._client.read(f"{_SPORTS}/leagues")
        return sports.leagues(answer, self._client.drift)

    async def teams(
        self,
        *,
        league: str | None = None,
        sport: str | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[Team]:
        answer = await self._client.read(f"{_SPORTS}/teams", _filter(league, sport, page, size))
        return sports.teams(answer, self._client.drift)

    async def games(
        self,
        *,
        league: str | None = None,
        sport: str | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[Game]:
        answer = await self._client.read(f"{_SPORTS}/games", _filter(league, sport, page, size))
        return sports.games(answer, self._client.drift)

    async def _mine(self, path: str, page: int, size: int) -> object:
        parameters = [("page", str(page)), ("size", str(size))]
        return await self._client.read(path, parameters, access=Access.READ)


def _filter(league: str | None, sport: str | None, page: int, size: int) -> list[tuple[str, str]]:
    chosen = [("league", league), ("sport", sport), ("page", str(page)), ("size", str(size))]
    return [(name, value) for name, value in chosen if value is not None]
