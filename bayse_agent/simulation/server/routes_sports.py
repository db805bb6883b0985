"""Leagues, teams and games. The teams are made up, and no market is about them yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from bayse_agent.simulation.exchange import ids
from bayse_agent.simulation.server import paging
from bayse_agent.simulation.server.amounts import time_text
from bayse_agent.simulation.server.call import Call, Endpoint, Level
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.server.encoding import Json

SPORT = "football"
_DAY_MS = 24 * 3600 * 1000
_KICK_OFF_MS = 18 * 3600 * 1000
_TEAM_GROUP, _GAME_GROUP = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class League:
    name: str
    key: str
    teams: tuple[str, ...]


LEAGUES = (
    League(
        name="Lagoon Premier",
        key="lagoon-premier",
        teams=("Harbour Rangers", "Palm United", "Creek Athletic", "Marina City"),
    ),
    League(
        name="Savannah League",
        key="savannah-league",
        teams=("Plateau Stars", "Dune Rovers", "Baobab Town", "Harmattan"),
    ),
)
TEAMS = tuple((league, team) for league in LEAGUES for team in league.teams)


def leagues(desk: Desk, call: Call) -> Json:
    return {
        "leagues": [
            {
                "name": league.name,
                "key": league.key,
                "shortName": _code(league.name),
                "imageUrl": "",
            }
            for league in LEAGUES
        ]
    }


def _code(name: str) -> str:
    return name.replace(" ", "")[:3].upper()


def _team(number: int) -> dict[str, Json]:
    league, name = TEAMS[number - 1]
    return {
        "id": ids.make(ids.Kind.SERIES, number, _TEAM_GROUP),
        "sport": SPORT,
        "name": name,
        "slug": name.lower().replace(" ", "-"),
        "shortCode": _code(name),
        "league": league.key,
        "imageUrl": "",
        "isPopular": False,
    }


def _wanted(call: Call, rows: Sequence[dict[str, Json]]) -> list[dict[str, Json]]:
    wanted = {name: call.query.text(name) for name in ("league", "sport")}
    return [
        row
        for row in rows
        if all(value is None or row[name] == value for name, value in wanted.items())
    ]


def teams(desk: Desk, call: Call) -> Json:
    found = _wanted(call, [_team(number) for number in range(1, len(TEAMS) + 1)])
    rows, pagination = paging.page_of(found, call.query, size=paging.LONG_SIZE)
    return {"teams": list(rows), "pagination": pagination}


def games(desk: Desk, call: Call) -> Json:
    """One round of each league from tomorrow on, a game a day."""
    tomorrow_ms = (desk.exchange.now_ms // _DAY_MS + 1) * _DAY_MS
    found = _wanted(call, list(_games(tomorrow_ms)))
    rows, pagination = paging.page_of(found, call.query, size=paging.LONG_SIZE)
    return {"games": list(rows), "pagination": pagination}


def _games(from_day_ms: int) -> Sequence[dict[str, Json]]:
    rows: list[dict[str, Json]] = []
    for league in LEAGUES:
        members = [n for n, (known, _) in enumerate(TEAMS, start=1) if known is league]
        for day, (home, away) in enumerate(combinations(members, 2)):
            rows.append(_game(from_day_ms + day * _DAY_MS + _KICK_OFF_MS, home, away))
    return rows


def _game(starts_ms: int, home: int, away: int) -> dict[str, Json]:
    home_team, away_team = _team(home), _team(away)
    day = time_text(starts_ms)[:10].replace("-", "")
    codes = f"{home_team['shortCode']}-{away_team['shortCode']}".lower()
    number = starts_ms // _DAY_MS * 100 + home * 10 + away
    return {
        "id": ids.make(ids.Kind.SERIES, number, _GAME_GROUP),
        "slug": f"bm-game-{day}-{codes}",
        "sport": SPORT,
        "homeTeamId": home_team["id"],
        "awayTeamId": away_team["id"],
        "startDate": time_text(starts_ms),
        "status": "UNPLAYED",
        "isLive": False,
        "isPopular": False,
        "league": home_team["league"],
        "homeTeam": home_team,
        "awayTeam": away_team,
    }


ENDPOINTS = (
    Endpoint(route="GET /v1/pm/sports/leagues", level=Level.PUBLIC, handler=leagues),
    Endpoint(route="GET /v1/pm/sports/teams", level=Level.PUBLIC, handler=teams),
    Endpoint(route="GET /v1/pm/sports/games", level=Level.PUBLIC, handler=games),
)
