"""Whether what the case rests on is fresh: prices, the way out, and the forecast."""

from __future__ import annotations

from datetime import timedelta

from bayse_agent.domain.decision import Bet, Reason
from bayse_agent.domain.risk.checks.check import Check
from bayse_agent.domain.risk.verdict import Finding, told
from bayse_agent.domain.risk.view import View


def check_data_age(view: View) -> Finding:
    """Every price that the case rests on is fresh, by the source's clock and by ours."""
    limits = view.limits
    ages = _ages(view)
    limit_of = {"quote_age": limits.max_quote_age_s}
    holds = all(
        age is not None and age.total_seconds() <= limit_of.get(name, limits.max_data_age_s)
        for name, age in ages.items()
    )
    most = limits.max_quote_age_s if view.is_quoted else limits.max_data_age_s
    return Finding(
        check=Reason.REFUSED_DATA_AGE,
        holds=holds,
        inputs={name: "no data" if age is None else told(age) for name, age in ages.items()},
        limit=f"{told(most)} s",
    )


def _ages(view: View) -> dict[str, timedelta | None]:
    """The age of each thing that must be fresh; None for one that is not there."""
    ages: dict[str, timedelta | None] = {}
    if view.is_quoted:
        quotes = view.quotes
        ages["quote_age"] = view.age(*(q.received_at for q in quotes)) if quotes else None
    else:
        ages["book_age"] = _book_age(view)
    underlying = view.context.underlying
    # A window's price goes stale with the asset's: then the forecast's own age counts as well.
    if underlying is not None:
        ages["underlying_age"] = view.age(underlying.last.at, underlying.last.received_at)
        if isinstance(view.proposal, Bet):
            ages["forecast_age"] = view.age(view.proposal.forecast_made_at)
    return ages


def _book_age(view: View) -> timedelta | None:
    return None if view.book is None else view.age(view.book.source_at, view.book.received_at)


def check_forecast_age(view: View) -> Finding | None:
    """No bet on yesterday's forecast. A person's wish has none."""
    if not isinstance(view.proposal, Bet):
        return None
    age, most = view.age(view.proposal.forecast_made_at), view.limits.forecast_ttl_s
    return Finding(
        check=Reason.REFUSED_FORECAST_AGE,
        holds=age.total_seconds() <= most,
        inputs={"forecast_age": told(age)},
        limit=f"{told(most)} s",
    )


def check_way_out(view: View) -> Finding:
    """Whoever buys knows, as of now, what could be had for selling again.

    On a book somebody bids; a formula always buys, and its quotes tell for how much.
    """
    age = _way_out_age(view)
    most = view.limits.max_exit_age_s
    return Finding(
        check=Reason.REFUSED_EXIT_SIDE,
        holds=age is not None and age.total_seconds() <= most,
        inputs={"exit_age": "nobody to sell to" if age is None else told(age)},
        limit=f"{told(most)} s",
    )


def _way_out_age(view: View) -> timedelta | None:
    if view.is_quoted:
        return view.age(*(q.received_at for q in view.quotes)) if view.quotes else None
    has_bids = view.book is not None and any(b.price > 0 and b.shares > 0 for b in view.book.bids)
    return _book_age(view) if has_bids else None


CHECKS: tuple[Check, ...] = (check_data_age, check_way_out, check_forecast_age)
