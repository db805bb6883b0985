"""`bayse-agent why`: why nothing was traded, or what became of one market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from bayse_agent.cli import codes
from bayse_agent.cli.durations import duration
from bayse_agent.cli.place import AsJson, Data, Database, EnvFile, Place, place_of
from bayse_agent.cli.printing import plain, show_json, show_table
from bayse_agent.domain.errors import InvalidValue

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from bayse_agent.adapters.store.reading.reader import Reader
    from bayse_agent.adapters.store.reading.views import (
        ControlView,
        DecisionView,
        MarketView,
        ReasonCount,
    )

_MOST_NAMED = 6
_REASONS_SAID = 4
_TRADED = "traded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is known. `market` None is all of them; `reasons` are of the time since `since`."""

    market: MarketView | None
    control: ControlView | None
    since: datetime
    reasons: tuple[ReasonCount, ...]
    decisions: tuple[DecisionView, ...]


def why(
    market: Annotated[
        str | None, typer.Argument(help="Its id, its event's, or words of its title.")
    ] = None,
    since: Annotated[str, typer.Option(help="How far to look back: 6h, 2d.")] = "24h",
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many looks to show.")] = 10,
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Say why nothing was traded: the funnel of all looks, or the last looks at one market."""
    import asyncio

    length = duration(since)
    found = asyncio.run(_found(place_of(data, database, env_file), market, length, limit))
    sentence = _sentence(found, since)
    if is_json:
        show_json(_as_json(found, sentence))
        return codes.DONE
    print(plain(sentence))
    if found.market is None:
        _show_funnel(found.reasons)
    _show_looks(found.decisions, found.market)
    return codes.DONE


async def _found(place: Place, market: str | None, length: timedelta, limit: int) -> Found:
    from bayse_agent.adapters.store.reading import decisions, desk
    from bayse_agent.adapters.store.reading.reader import Cut

    async with place.reader() as reader:
        since = await _now(reader) - length
        one = None if market is None else await _market(reader, market)
        wanted = decisions.Wanted(market_id=None if one is None else one.id)
        controls = await reader.ask(desk.controls(Cut(limit=1)))
        return Found(
            market=one,
            control=controls.items[0] if controls.items else None,
            since=since,
            reasons=() if one is not None else await reader.ask(decisions.funnel(since)),
            decisions=(await reader.ask(decisions.decisions(wanted, Cut(limit=limit)))).items,
        )


async def _now(reader: Reader) -> datetime:
    """The computer's time; of a demo, which has its own, that of the last look."""
    from bayse_agent.adapters.clock import SystemClock
    from bayse_agent.adapters.store.reading import desk

    run, look = await reader.ask(desk.last_run()), (await reader.ask(desk.ages())).look
    is_demo = run is not None and run.mode == "demo"
    return look if is_demo and look is not None else SystemClock().now()


async def _market(reader: Reader, words: str) -> MarketView:
    """The one market that is meant. Raises InvalidValue for none, and for several."""
    from bayse_agent.adapters.store.reading.finding import markets_called

    found = await reader.ask(markets_called(words, most=_MOST_NAMED))
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidValue(f"no market {words!r} was ever followed")
    names = "; ".join(f"{plain(one.title)} ({one.id})" for one in found[: _MOST_NAMED - 1])
    more = ", and more" if len(found) == _MOST_NAMED else ""
    raise InvalidValue(f"{words!r} is several markets: {names}{more}")


def _sentence(found: Found, length: str) -> str:
    from bayse_agent.cli.reasons import words_for

    stopped = _stopped(found.control)
    if found.market is not None:
        return stopped + _of_market(found.market, found.decisions)
    looks = sum(one.looks for one in found.reasons)
    if not looks:
        return f"{stopped}Nothing was looked at in the last {length}: is the trader running?"
    bets = sum(one.looks for one in found.reasons if one.reason == _TRADED)
    others = [one for one in found.reasons if one.reason != _TRADED]
    said = [f"{one.looks:,} {words_for(one.reason)}" for one in others[:_REASONS_SAID]]
    if rest := sum(one.looks for one in others[_REASONS_SAID:]):
        said.append(f"{rest:,} ended in other ways")
    begun = f"{bets:,} of {looks:,} looks" if bets else f"None of {looks:,} looks"
    listed = f"; of the others {', '.join(said)}" if said else ""
    return f"{stopped}{begun} in the last {length} ended in a bet{listed}."


def _stopped(control: ControlView | None) -> str:
    """What stands before everything else while it may not trade."""
    if control is None:
        return "It was never armed. "
    if control.state == "ARMED":
        return ""
    return f"It is {control.state}: {control.reason}. "


def _of_market(market: MarketView, looks: Sequence[DecisionView]) -> str:
    if not looks:
        return f"{market.title} is followed, and was never looked at."
    last = looks[0]
    detail = last.inputs.get("detail", "")
    ended = f"{last.reason.replace('_', ' ')}{f' ({detail})' if detail else ''}"
    return f"The last look at {market.title}, {last.at:%Y-%m-%d %H:%M:%S} UTC, ended with {ended}."


def _as_json(found: Found, sentence: str) -> Mapping[str, object]:
    return {
        "sentence": sentence,
        "market": found.market,
        "control": found.control,
        "since": found.since,
        "looks": sum(one.looks for one in found.reasons),
        "reasons": found.reasons,
        "decisions": found.decisions,
    }


def _show_funnel(reasons: Sequence[ReasonCount]) -> None:
    if reasons:
        print()
        rows = [(f"{one.looks:,}", f"{100 * one.part:.1f} %", one.reason) for one in reasons]
        show_table(("looks", "part", "ended with"), rows)


def _show_looks(looks: Sequence[DecisionView], market: MarketView | None) -> None:
    if not looks:
        return
    print("\nThe last looks:")
    about = "detail" if market is not None else "market"
    rows = [
        (
            one.at,
            one.probability,
            one.market_price,
            one.reason,
            one.market if market is None else _detail(one),
            one.id,
        )
        for one in looks
    ]
    show_table(("at (UTC)", "chance", "price", "ended with", about, "number"), rows)
    print("The whole story of one: bayse-agent explain NUMBER")


def _detail(look: DecisionView) -> str:
    """The words of a look, else the numbers that it was decided on."""
    words = look.inputs.get("detail")
    if words is not None:
        return words
    return ", ".join(f"{name} {value}" for name, value in look.inputs.items() if name != "outcome")
