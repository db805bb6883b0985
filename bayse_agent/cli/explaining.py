"""`bayse-agent explain`: the whole chain behind one decision, from question to score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from bayse_agent.cli import codes
from bayse_agent.cli.place import AsJson, Data, Database, EnvFile, place_of
from bayse_agent.cli.printing import plain, show_json, show_pairs, show_table, width
from bayse_agent.domain.errors import InvalidValue

if TYPE_CHECKING:
    from bayse_agent.adapters.store.reading.views import (
        DecisionView,
        MarketView,
        OrderView,
        SignalView,
    )
    from bayse_agent.api.explaining import Explanation, ForecastOut, Outcome, ReviewOut

_INDENT = "  "


def explain(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A decision's number, or the id of a signal, order or forecast."
        ),
    ],
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Tell the whole story of one decision: what was known, believed, checked, sent, and won.

    Prompts and answers of models, word for word, are in --json alone.
    """
    from bayse_agent.api.explaining import explanation
    from bayse_agent.cli.looking import ask

    found = ask(place_of(data, database, env_file), explanation(subject))
    if found is None:
        raise InvalidValue(f"nothing of the name {subject!r} is in the books")
    if is_json:
        show_json(found)
    else:
        _show(found)
    return codes.DONE


def _show(found: Explanation) -> None:
    if found.market is not None:
        _show_market(found.market)
    if found.decision is not None:
        _show_look(found.decision)
    if found.forecast is not None:
        _show_forecast(found.forecast, len(found.answers))
    if found.signal is not None:
        _show_signal(found.signal)
    if found.review is not None:
        _show_review(found.review)
    if found.order is not None:
        _show_order(found.order, found)
    _show_outcome(found.outcome)


def _show_market(market: MarketView) -> None:
    _title("Market")
    about = " · ".join(one for one in (market.category, market.series, market.engine) if one)
    _pairs(
        {
            "question": market.title,
            "outcomes": f"{market.label1} / {market.label2}",
            "about": about,
            "closes (UTC)": market.closes_at,
            "id": market.id,
        }
    )


def _show_look(look: DecisionView) -> None:
    _title("Look")
    _pairs(
        {
            "number": look.id,
            "at (UTC)": look.at,
            "ended with": look.reason.replace("_", " "),
            **look.inputs,
        }
    )


def _show_forecast(forecast: ForecastOut, answers: int) -> None:
    _title(f"Forecast by {plain(forecast.author)}")
    told = {
        "chance": f"{forecast.probability:.4f} +- {forecast.standard_error:.4f}",
        "market's price": forecast.market_price,
        "made (UTC)": forecast.made_at,
    }
    if forecast.score is not None:
        brier = f"{forecast.score.brier:.4f}"
        told["Brier score"] = f"{brier}, market {plain(forecast.score.brier_market)}"
    if answers:
        told["answers of models"] = f"{answers}, in --json"
    _pairs(told)
    _paragraph(forecast.rationale)
    if forecast.parts:
        print()
        show_table(("part", "chance", "error", "weight"), list(_parts(forecast.parts)))
    for one in _evidence(forecast):
        _paragraph(one)


def _parts(parts: Sequence[ForecastOut]) -> Iterator[tuple[object, ...]]:
    for one in parts:
        weight = "-" if one.weight is None else f"{one.weight:.3f}"
        yield (one.author, f"{one.probability:.4f}", f"{one.standard_error:.4f}", weight)


def _evidence(forecast: ForecastOut) -> Iterable[str]:
    """Each line of evidence of the forecast and its parts, once."""
    lines = [line for one in (forecast, *forecast.parts) for line in one.evidence]
    return dict.fromkeys(
        f"{one.contribution:+.3f} {one.domain}: {one.claim} “{one.quote}” {one.url}"
        for one in lines
    )


def _show_signal(signal: SignalView) -> None:
    _title("Signal")
    by = f" by {signal.decided_by}" if signal.decided_by else ""
    _pairs(
        {
            "id": signal.id,
            "status": f"{signal.status}{by}",
            "wanted": f"{signal.side.lower()} {signal.outcome} for {plain(signal.amount)}",
            "until (UTC)": signal.expires_at,
            "note": signal.note or None,
        }
    )


def _show_review(review: ReviewOut) -> None:
    _title("Limits")
    verdict = "all held" if review.is_approved else f"refused by {review.refused_by}"
    _pairs({"verdict": verdict, "version": review.limits_version})
    _paragraph(review.detail)


def _show_order(order: OrderView, found: Explanation) -> None:
    _title("Order")
    _pairs(
        {
            "status": order.status,
            "wanted": f"{order.side.lower()} {order.outcome} for {plain(order.amount)}",
            "worst price": order.worst_price,
            "at the venue": order.order_id,
            "because": order.cause or None,
        }
    )
    if found.steps:
        print()
        rows = [(one.at, one.status, one.proof) for one in found.steps]
        show_table(("at (UTC)", "became", "rests on"), rows)
    if found.fills:
        print()
        fills = [(one.at, one.shares, one.price, one.cash, one.fee) for one in found.fills]
        show_table(("filled (UTC)", "shares", "price", "cash", "fee"), fills)


def _show_outcome(outcome: Outcome | None) -> None:
    _title("Outcome")
    if outcome is None:
        print(f"{_INDENT}The market has not ended.")
        return
    _pairs(
        {
            "won by": outcome.winner or "nobody: it was voided",
            "this bet": outcome.resolution,
            "profit": outcome.profit,
        }
    )


def _title(text: str) -> None:
    print(f"\n{text}")


def _pairs(told: Mapping[str, object]) -> None:
    """What is known of them: what is not is left out."""
    known = {name.replace("_", " "): one for name, one in told.items() if one is not None}
    show_pairs(known, indent=_INDENT)


def _paragraph(text: str) -> None:
    if text:
        print(fill(plain(text), width(), initial_indent=_INDENT, subsequent_indent=_INDENT))
