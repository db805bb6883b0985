"""Leagues, teams and games, read."""

from __future__ import annotations

from bayse_agent.adapters.bayse.records import Game, League, Team
from bayse_agent.adapters.bayse.wire.drift import Drift
from bayse_agent.adapters.bayse.wire.paging import page_of
from bayse_agent.adapters.bayse.wire.reader import Reader, readable
from bayse_agent.domain.market import Page


def leagues(value: object, drift: Drift) -> tuple[League, ...]:
    answer = Reader(value, "leagues", drift)
    found = readable(answer.rows("leagues", "league"), _league, drift)
    answer.done("pagination")
    return found


def _league(row: Reader) -> League:
    found = League(
        name=row.text("name"),
        key=row.optional_text("key"),
        short_name=row.optional_text("shortName"),
    )
    row.done("imageUrl")
    return found


def teams(value: object, drift: Drift) -> Page[Team]:
    answer = Reader(value, "teams", drift)
    return page_of(answer, readable(answer.rows("teams", "team"), _team, drift))


def _team(row: Reader) -> Team:
    found = Team(
        id=row.id("id"),
        name=row.text("name"),
        slug=row.optional_text("slug"),
        short_code=row.optional_text("shortCode"),
        sport=row.optional_text("sport"),
        league=row.optional_text("league"),
    )
    row.done("imageUrl isPopular")
    return found


def games(value: object, drift: Drift) -> Page[Game]:
    answer = Reader(value, "games", drift)
    return page_of(answer, readable(answer.rows("games", "game"), _game, drift))


def _game(row: Reader) -> Game:
    found = Game(
        id=row.id("id"),
        slug=row.text("slug"),
        sport=row.optional_text("sport"),
        league=row.optional_text("league"),
        home_team_id=row.optional_id("homeTeamId"),
        away_team_id=row.optional_id("awayTeamId"),
        starts_at=row.optional_moment("startDate"),
        status=row.optional_text("status"),
        is_live=row.optional_flag("isLive") is True,
    )
    row.done("isPopular homeTeam awayTeam")
    return found
