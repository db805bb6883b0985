"""A run in plain words, for a person at a terminal."""

from __future__ import annotations

from bayse_agent.cli.durations import told
from bayse_agent.cli.figures import Figures
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.money import Money

_REASONS_SHOWN = 6


def summary(figures: Figures) -> str:
    """What it earned, how well it forecast, and how far to trust that."""
    paragraphs = (_earned(figures), _looked(figures), _forecast(figures), _caution(figures))
    return "\n\n".join(paragraphs)


def _earned(figures: Figures) -> str:
    portfolio, options = figures.portfolio, figures.demo.options
    length = told(figures.until - figures.demo.begun_at)
    part = 100 * figures.pnl.amount / portfolio.deposits.amount
    verb = "earned" if figures.pnl.amount >= 0 else "lost"
    held = len(portfolio.positions)
    positions = "1 position is" if held == 1 else f"{held} positions are"
    open_ones = f" {positions} still open, counted at cost." if held else ""
    return (
        f"In {length} of world time (seed {options.seed}, {figures.wall_s:.1f} s of yours) the "
        f"agent {verb} {_size(figures.pnl)} after {portfolio.fees} of fees: {portfolio.deposits} "
        f"became {portfolio.bankroll} ({part:+.2f} %), in {figures.orders} orders with "
        f"{figures.fills} fills.{open_ones}"
    )


def _size(money: Money) -> str:
    return str(money if money.amount >= 0 else -money)


def _looked(figures: Figures) -> str:
    traded = figures.funnel.get(Reason.TRADED, 0)
    others = {reason: count for reason, count in figures.funnel.items() if reason != Reason.TRADED}
    ranked = sorted(others.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = [f"{count} {reason.replace('_', ' ')}" for reason, count in ranked[:_REASONS_SHOWN]]
    rest = sum(count for _, count in ranked[_REASONS_SHOWN:])
    listed = ", ".join(shown + ([f"{rest} for other reasons"] if rest else []))
    return (
        f"It looked {figures.looks} times at {figures.markets_seen} markets and bet {traded} "
        f"times; why not the other times: {listed or 'there were none'}."
    )


def _forecast(figures: Figures) -> str:
    scores = figures.scores
    if scores.brier_agent is None or scores.brier_market is None:
        return "No market that it forecast has ended yet, so there is no score."
    verdict = "better than" if scores.brier_agent < scores.brier_market else "no better than"
    return (
        f"Its {scores.count} forecasts that can be checked have a Brier score of "
        f"{scores.brier_agent:.4f}; the market's own prices at the same moments have "
        f"{scores.brier_market:.4f} (lower is better): {verdict} the market."
    )


def _caution(figures: Figures) -> str:
    efficiency = figures.demo.options.efficiency
    if efficiency >= 1:
        return (
            "At efficiency 1 the pretend crowd quotes the fair value: there is no edge to be "
            "found, and fees are all that betting brings."
        )
    return (
        f"This world leaves an edge on purpose: at efficiency {efficiency:g} part of the quotes "
        "are stale by 10 to 60 seconds. Real markets are harder. Try --efficiency 1 for one that "
        "leaves none."
    )
