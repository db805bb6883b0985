"""How good forecasts were, and what models cost."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Connection, func, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.mind_tables import spending
from bayse_agent.adapters.store.reading.reader import Query
from bayse_agent.adapters.store.reading.views import (
    CalibrationView,
    CostView,
    ScoreOfForecast,
    ScoreView,
)

_scores, _forecasts = tables.scores, tables.forecasts
_ZERO = Decimal(0)


def scores() -> Query[tuple[ScoreView, ...]]:
    """The figures of each author, beside the market's on the same forecasts."""
    s = _scores.c
    query = (
        select(
            _forecasts.c.author,
            func.count().label("forecasts"),
            func.avg(s.brier_agent).label("brier"),
            func.avg(s.brier_market).label("brier_market"),
            func.avg(s.log_loss_agent).label("log_loss"),
            func.avg(s.log_loss_market).label("log_loss_market"),
            func.avg(s.brier_market - s.brier_agent).label("gain"),
        )
        .join(_forecasts, _forecasts.c.id == s.forecast_id)
        .group_by(_forecasts.c.author)
        .order_by(_forecasts.c.author)
    )
    return lambda connection: tuple(ScoreView(**row._mapping) for row in connection.execute(query))


def calibration(*, bands: int = 10) -> Query[tuple[CalibrationView, ...]]:
    """What each author said, band by band, and what happened."""

    def read(connection: Connection) -> tuple[CalibrationView, ...]:
        query = select(_forecasts.c.author, _forecasts.c.probability, _scores.c.outcome).join(
            _forecasts, _forecasts.c.id == _scores.c.forecast_id
        )
        found: dict[tuple[str, int], list[tuple[float, int]]] = {}
        for row in connection.execute(query):
            band = min(int(row.probability * bands), bands - 1)
            found.setdefault((row.author, band), []).append((row.probability, row.outcome))
        return tuple(
            CalibrationView(
                author=author,
                low=band / bands,
                high=(band + 1) / bands,
                forecasts=len(pairs),
                said=sum(said for said, _ in pairs) / len(pairs),
                happened=sum(outcome for _, outcome in pairs) / len(pairs),
            )
            for (author, band), pairs in sorted(found.items())
        )

    return read


def scores_of(forecast_ids: tuple[str, ...]) -> Query[tuple[ScoreOfForecast, ...]]:
    """The scores of single forecasts, where there are any yet."""

    def read(connection: Connection) -> tuple[ScoreOfForecast, ...]:
        query = select(_scores).where(_scores.c.forecast_id.in_(forecast_ids))
        return tuple(
            ScoreOfForecast(
                forecast_id=row.forecast_id,
                outcome=row.outcome,
                brier=row.brier_agent,
                brier_market=row.brier_market,
                log_loss=row.log_loss_agent,
                log_loss_market=row.log_loss_market,
            )
            for row in connection.execute(query)
        )

    return read


def costs(*, days: int) -> Query[tuple[CostView, ...]]:
    """What models cost by day, model and purpose: the latest days that have any, newest first."""

    def read(connection: Connection) -> tuple[CostView, ...]:
        c = spending.c
        latest = select(c.day).distinct().order_by(c.day.desc()).limit(days)
        wanted = list(connection.execute(latest).scalars())
        query = select(spending).where(c.day.in_(wanted)).order_by(c.id)
        found: dict[tuple[str, str, str], CostView] = {}
        for row in connection.execute(query):
            key = (row.day, row.model, row.purpose)
            found[key] = _plus(found.get(key), row.day, row.model, row.purpose, row)
        return tuple(found[key] for key in sorted(found, reverse=True))

    def _plus(before: CostView | None, day: str, model: str, purpose: str, row: object) -> CostView:
        cost = getattr(row, "cost", None)
        reserved: Decimal = getattr(row, "reserved", _ZERO)
        is_open = cost is None
        return CostView(
            day=day,
            model=model,
            purpose=purpose,
            calls=1 + (0 if before is None else before.calls),
            unsettled=is_open + (0 if before is None else before.unsettled),
            cost=(reserved if cost is None else cost) + (_ZERO if before is None else before.cost),
            tokens_in=(getattr(row, "tokens_in", 0) or 0)
            + (0 if before is None else before.tokens_in),
            tokens_out=(getattr(row, "tokens_out", 0) or 0)
            + (0 if before is None else before.tokens_out),
        )

    return read
