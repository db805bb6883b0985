"""`bayse-agent demo`: an agent at work in a pretend world."""

from __future__ import annotations

import sys
from datetime import timedelta
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from bayse_agent.cli import durations
from bayse_agent.cli.view import View
from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.money import Currency, Money

_DEFAULT_DURATION = "6h"
_WATCHED_S = 30.0
"""How long a run takes at a terminal when no speed is asked for."""
_LEAST_BANKROLL, _LARGEST_BANKROLL = 1, 1_000_000_000
_USUAL_BANKROLL = {Currency.NGN: Decimal(100_000), Currency.USD: Decimal(1_000)}


_SCRIPTED = ("pool", "llm")
_SCRIPT = "A scripted model that reads this world's press judges its events: no real one is asked."
_OF_A_RUN = ("seed", "efficiency", "forecaster", "currency", "bankroll", "tape")
"""Options that a run that goes on keeps, unless they are named again."""


def demo(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="Which world: the same seed is the same world.")] = 7,
    duration: Annotated[
        str, typer.Option(help="World time to run for: 30m, 6h, 2d.")
    ] = _DEFAULT_DURATION,
    tape: Annotated[
        Path | None, typer.Option(help="CSV of recorded bars to settle on, e.g. of BTCUSDT.")
    ] = None,
    efficiency: Annotated[
        float, typer.Option(help="How good the crowd's quotes are, 0 to 1. At 1 no edge is left.")
    ] = 0.6,
    forecaster: Annotated[
        str,
        typer.Option(help="pool, threshold, llm, market_price, coin, or your module:Class."),
    ] = "pool",
    speed: Annotated[
        float | None, typer.Option(help="World seconds to a second of yours. As fast as can be.")
    ] = None,
    currency: Annotated[str, typer.Option(help="NGN or USD.")] = Currency.NGN.value,
    bankroll: Annotated[
        str | None, typer.Option(help="Money to begin with: 100000, or 1000 in dollars.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Directory to keep the run in. One that holds a run goes on from there."),
    ] = None,
    is_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON object on stdout.")
    ] = False,
) -> int:
    """Run the agent in a pretend world: no key, no network, no real money."""
    length = durations.duration(duration)
    wallet = _currency(currency)
    _check(efficiency, speed, tape)
    money = _bankroll(bankroll, wallet)
    view = _view(is_json)
    out = sys.stderr if view is View.JSON else sys.stdout
    begins = _going_on(data, length) if _has_run(data) else _opening(seed, length, tape)
    print(begins, file=out, flush=True)
    if forecaster in _SCRIPTED:
        print(_SCRIPT, file=out, flush=True)
    # What is heavy to import comes after the first words.
    from bayse_agent.cli.running import run
    from bayse_agent.wiring.options import DemoOptions

    options = DemoOptions(
        seed=seed,
        duration=length,
        efficiency=efficiency,
        forecaster=forecaster,
        currency=wallet,
        bankroll=money,
        tape=tape,
        speed=_pace(view, speed, length),
        data=data,
        given=frozenset(name for name in _OF_A_RUN if _is_given(context, name)),
    )
    return run(options, view)


def _view(is_json: bool) -> View:
    if is_json:
        return View.JSON
    return View.SCREEN if sys.stdout.isatty() else View.LINES


def _pace(view: View, speed: float | None, length: timedelta) -> float | None:
    """World seconds a second; None is as fast as can be. A person gets time to watch."""
    if speed is None and view is View.SCREEN:
        return max(1.0, length.total_seconds() / _WATCHED_S)
    return speed


def _opening(seed: int, length: timedelta, tape: Path | None) -> str:
    prices = "drawn prices" if tape is None else f"the recorded prices of {tape.name}"
    return (
        f"A pretend exchange, seed {seed}, {durations.told(length)} of world time on {prices}. "
        "No key, no network, no real money."
    )


def _has_run(data: Path | None) -> bool:
    try:
        return data is not None and any(data.iterdir())
    except OSError:
        # If there is something there that cannot be used, it is told later.
        return False


def _going_on(data: Path | None, length: timedelta) -> str:
    return (
        f"Going on with the run in {data}, {durations.told(length)} more of world time. "
        "No key, no network, no real money."
    )


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _check(efficiency: float, speed: float | None, tape: Path | None) -> None:
    """Raises InvalidValue for numbers out of range and files that are not there."""
    if not 0 <= efficiency <= 1:
        raise InvalidValue(f"--efficiency must be between 0 and 1, not {efficiency:g}")
    if speed is not None and not (isfinite(speed) and speed > 0):
        raise InvalidValue(f"--speed must be above 0, not {speed:g}")
    if tape is not None and not tape.is_file():
        raise InvalidValue(f"--tape: there is no file {str(tape)!r}")


def _currency(text: str) -> Currency:
    try:
        return Currency(text.upper())
    except ValueError:
        raise InvalidValue(f"--currency must be NGN or USD, not {text!r}") from None


def _bankroll(text: str | None, currency: Currency) -> Money:
    if text is None:
        return Money(_USUAL_BANKROLL[currency], currency)
    money = Money.of(text.replace(",", "").replace("_", ""), currency)
    if not _LEAST_BANKROLL <= money.amount <= _LARGEST_BANKROLL or money.rounded_down() != money:
        raise InvalidValue(f"--bankroll must be 1 to {_LARGEST_BANKROLL}, in cents, not {text!r}")
    return money
