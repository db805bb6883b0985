"""Score cards in figures: the same ones for the JSON object, the screen and the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bayse_agent.domain.card import Card
from bayse_agent.domain.proof import CAPITAL, PROMOTED_AT
from bayse_agent.domain.scoring import Comparison

NOTHING = "No forecast was settled yet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a card: its name, its text, and what it means."""

    name: str
    text: str
    meaning: str


def as_json(cards: Sequence[Card]) -> dict[str, object]:
    """All cards as one JSON object; figures that nobody can know are null."""
    return {"promoted_at": PROMOTED_AT, "cards": [_as_json(card) for card in cards]}


def figures(card: Card) -> tuple[Figure, ...]:
    """What a card comes to, for people. Below 0 in a difference is better than the market."""
    line, parts, edge, drift, proof = card.line, card.parts, card.edge, card.drift, card.proof
    return (
        Figure(name="settled", text=f"{card.rows} of {card.markets} markets", meaning="forecasts"),
        _compared("Brier", card.brier, "beside the middle of the book"),
        _compared("Brier, tradable", card.executable, "beside the price that could be traded at"),
        _compared("log loss", card.log_loss, "beside the middle of the book"),
        Figure(
            name="calibration",
            text="-" if line is None else f"slope {line.slope:.2f} +- {line.slope_error:.2f}",
            meaning="1 is honest, below is over-confident",
        ),
        Figure(
            name="calibration error",
            text="-" if parts is None else f"{parts.calibration_error:.3f}",
            meaning="mean distance from what came true",
        ),
        Figure(
            name="realised edge",
            text="-" if edge is None else f"{edge.realised:+.4f} of {edge.claimed:.4f} claimed",
            meaning="at tradable prices, before fees",
        ),
        Figure(
            name="closing line",
            text="-" if drift is None else _with_error(drift.mean, drift.error),
            meaning="how far the price came towards us later",
        ),
        Figure(
            name="e-value",
            text=f"{proof.for_us:.3g} for us, {proof.against_us:.3g} against",
            meaning=f"{PROMOTED_AT:g} is proof, {proof.steps} hours so far",
        ),
        Figure(
            name="stage",
            text=f"{card.stage}: {100 * CAPITAL[card.stage]:.0f} % of the usual stakes",
            meaning="capital that proof has earned",
        ),
    )


def title(card: Card) -> str:
    return f"{card.author} {card.group}".strip()


def _compared(name: str, found: Comparison | None, meaning: str) -> Figure:
    if found is None:
        return Figure(name=name, text="-", meaning=meaning)
    apart = _with_error(found.difference, found.standard_error)
    return Figure(
        name=name, text=f"{found.agent:.4f}, market {found.market:.4f}: {apart}", meaning=meaning
    )


def _with_error(value: float, error: float | None) -> str:
    return f"{value:+.4f}" if error is None else f"{value:+.4f} +- {error:.4f}"


def _as_json(card: Card) -> dict[str, object]:
    line, parts, edge, drift, proof = card.line, card.parts, card.edge, card.drift, card.proof
    return {
        "author": card.author,
        "group": card.group,
        "n": card.rows,
        "markets": card.markets,
        "brier": _pair(card.brier),
        "brier_executable": _pair(card.executable),
        "log_loss": _pair(card.log_loss),
        "decomposition": None
        if parts is None
        else {
            "reliability": parts.reliability,
            "resolution": parts.resolution,
            "uncertainty": parts.uncertainty,
            "ece": parts.calibration_error,
        },
        "calibration": {
            "intercept": None if line is None else line.intercept,
            "slope": None if line is None else line.slope,
            "bins": [
                {
                    "low": one.low,
                    "high": one.high,
                    "n": one.count,
                    "mean_forecast": one.mean_forecast,
                    "observed": one.observed,
                }
                for one in card.bins
            ],
        },
        "edge": None
        if edge is None
        else {
            "n": edge.rows,
            "claimed": edge.claimed,
            "realised": edge.realised,
            "realised_error": edge.realised_error,
            "ratio": edge.ratio,
        },
        "closing_line_value": None
        if drift is None
        else {"n": drift.rows, "mean": drift.mean, "error": drift.error},
        "e_value": {
            "for_us": proof.for_us,
            "against_us": proof.against_us,
            "best_for_us": proof.best_for_us,
            "best_against_us": proof.best_against_us,
            "steps": proof.steps,
        },
        "stage": card.stage.value,
        "capital": CAPITAL[card.stage],
    }


def _pair(found: Comparison | None) -> Mapping[str, object] | None:
    if found is None:
        return None
    return {
        "n": found.rows,
        "agent": found.agent,
        "market": found.market,
        "difference": found.difference,
        "standard_error": found.standard_error,
    }
