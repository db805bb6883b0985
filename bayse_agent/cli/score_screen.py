"""Score cards in the terminal: figures, and calibration as bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bayse_agent.cli.score_figures import NOTHING, figures, title
from bayse_agent.domain.card import Card

_WIDTH = 40


def show(cards: Sequence[Card], console: Console | None = None) -> None:
    """Print the cards: whole ones by forecaster, then one line for each kind of market."""
    console = console or Console()
    if not cards:
        console.print(NOTHING)
        return
    for card in cards:
        if not card.group:
            console.print(Panel(_whole(card), title=Text(title(card)), title_align="left"))
    if any(card.group for card in cards):
        console.print(_kinds(card for card in cards if card.group))


def _whole(card: Card) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for one in figures(card):
        table.add_row(Text(one.name), Text(one.text), Text(one.meaning, style="dim"))
    return Group(table, Text(), *_bars(card))


def _bars(card: Card) -> Iterator[Text]:
    """Of each bin a bar as long as what came true, with a mark where the forecasts were."""
    if card.bins:
        yield Text("forecast   came true (|: what was forecast)", style="dim")
    for one in card.bins:
        bar = list("█" * round(one.observed * _WIDTH) + " " * _WIDTH)[: _WIDTH + 1]
        bar[round(one.mean_forecast * _WIDTH)] = "|"
        yield Text(f"{one.low:.1f}-{one.high:.1f}  {''.join(bar)} {one.observed:.2f}, {one.count}")


def _kinds(cards: Iterator[Card]) -> Table:
    table = Table(title="By kind of market", title_justify="left")
    for name in ("forecaster", "markets", "settled", "Brier - market's", "e for", "e against"):
        table.add_column(name)
    for card in cards:
        apart = "-" if card.brier is None else f"{card.brier.difference:+.4f}"
        table.add_row(
            Text(card.author),
            Text(card.group),
            f"{card.rows} of {card.markets}",
            apart,
            f"{card.proof.for_us:.3g}",
            f"{card.proof.against_us:.3g}",
        )
    return table
