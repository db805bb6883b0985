"""Score cards as one page of HTML with drawn plots: no scripts, and nothing is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log10

from bayse_agent.cli.score_figures import NOTHING, figures, title
from bayse_agent.domain.card import Card
from bayse_agent.domain.proof import PROMOTED_AT

_SIZE, _EDGE = 240, 28
_MOST_POINTS = 300
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem;
  color: #1c2430; background: #fff; }
section { border-top: 1px solid #c9d1da; margin-top: 2rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .9rem .2rem 0; text-align: left;
  vertical-align: top; font-weight: normal; }
th { font-weight: 600; } td.note { color: #55606d; } .plots { display: flex; flex-wrap: wrap;
  gap: 1.5rem; } figure { margin: 1rem 0; } figcaption { color: #55606d; }
svg text { font-size: 10px; fill: #55606d; }
@media (prefers-color-scheme: dark) { body { color: #e6eaf0; background: #12161c; }
  td.note, figcaption { color: #9aa6b2; } svg text { fill: #9aa6b2; } }
"""


def page(cards: Sequence[Card]) -> str:
    """The whole page. All text from elsewhere is escaped."""
    body = "".join(_section(card) for card in cards) or f"<p>{escape(NOTHING)}</p>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Scores</title><style>{_STYLE}</style></head>"
        f"<body><h1>Scores</h1><p>Every settled forecast beside the market's price at the same "
        f"moment. In differences, below 0 is better than the market.</p>{body}</body></html>\n"
    )


def _section(card: Card) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{escape(one.name)}</th><td>{escape(one.text)}</td>"
        f"<td class='note'>{escape(one.meaning)}</td></tr>"
        for one in figures(card)
    )
    plots = _calibration(card) + _evidence(card)
    return (
        f"<section><h2>{escape(title(card))}</h2><table>{rows}</table>"
        f'<div class="plots">{plots}</div></section>'
    )


def _calibration(card: Card) -> str:
    """What was forecast against what came true; the diagonal is honest."""
    if not card.bins:
        return ""
    most = max(one.count for one in card.bins)
    dots = "".join(
        f'<circle cx="{_x(one.mean_forecast):.1f}" cy="{_y(one.observed):.1f}" '
        f'r="{2 + 6 * (one.count / most) ** 0.5:.1f}" fill="#2f6fb4" fill-opacity="0.8">'
        f"<title>{one.count} forecasts near {one.mean_forecast:.2f}: {one.observed:.2f}</title>"
        "</circle>"
        for one in card.bins
    )
    diagonal = f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="#8a94a0" fill="none"/>'
    labels = "".join(
        f'<text x="{_x(at) - 6:.0f}" y="{_SIZE - 8}">{at:g}</text>'
        f'<text x="2" y="{_y(at) + 3:.0f}">{at:g}</text>'
        for at in (0.0, 0.5, 1.0)
    )
    return _figure(diagonal + dots + labels, "Calibration: forecast (across), came true (up)")


def _evidence(card: Card) -> str:
    """The e-value for us after every hour, on a logarithmic scale; the line is proof."""
    path = card.proof.path
    if len(path) < 2:
        return ""
    stride = -(-len(path) // _MOST_POINTS)
    values = [log10(max(1e-6, min(1e9, value))) for value in path[::stride]]
    low, high = min(-1.0, *values), max(log10(PROMOTED_AT) + 0.5, *values)

    def up(value: float) -> float:
        return _y((value - low) / (high - low))

    last = len(values) - 1
    points = " ".join(f"{_x(at / last):.1f},{up(one):.1f}" for at, one in enumerate(values))
    bar = up(log10(PROMOTED_AT))
    drawn = (
        f'<path d="M{_x(0)} {bar:.1f}H{_x(1)}" stroke="#b4552f" stroke-dasharray="4 3"/>'
        f'<text x="2" y="{bar + 3:.0f}">{PROMOTED_AT:g}</text>'
        f'<text x="2" y="{up(0.0) + 3:.0f}">1</text>'
        f'<polyline points="{points}" fill="none" stroke="#2f6fb4" stroke-width="1.5"/>'
    )
    return _figure(drawn, f"E-value for us, over {len(path)} hours with settled markets")


def _figure(drawn: str, caption: str) -> str:
    frame = (
        f'<rect x="{_EDGE}" y="8" width="{_SIZE - _EDGE - 8}" height="{_SIZE - _EDGE - 8}" '
        'fill="none" stroke="#c9d1da"/>'
    )
    told = escape(caption)
    return (
        f'<figure><svg xmlns="http://www.w3.org/2000/svg" width="{_SIZE}" height="{_SIZE}" '
        f'viewBox="0 0 {_SIZE} {_SIZE}" role="img" aria-label="{told}">{frame}{drawn}</svg>'
        f"<figcaption>{told}</figcaption></figure>"
    )


def _x(part: float) -> float:
    return _EDGE + part * (_SIZE - _EDGE - 8)


def _y(part: float) -> float:
    return _SIZE - _EDGE - part * (_SIZE - _EDGE - 8)
