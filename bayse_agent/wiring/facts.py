"""What a trader was started with, in words for the pages: only another start changes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bayse_agent.trading.agent import Approval, Habits

_HOUR_S, _MINUTE_S = 3600, 60


def facts_of(habits: Habits) -> Mapping[str, str]:
    """What is set at the start, by name; each with its unit. Times are of the agent's clock."""
    schedule, stop_loss = habits.schedule, habits.exits.stop_loss
    return {
        "word of a person": _word(habits),
        "scan": f"every {_time(schedule.scan_s)}",
        "a market is looked at again": f"after {_time(habits.long_cooldown_s)}",
        "snipe": "off" if schedule.snipe_s is None else f"every {_time(schedule.snipe_s)}",
        "exits": f"every {_time(schedule.exits_s)}",
        "orders and books": f"every {_time(schedule.orders_s)}",
        "stop loss": "off"
        if stop_loss is None
        else f"at a loss of {stop_loss * 100:.0f} % of the cost",
        "series": _names(habits.series),
        "series sniped": _names(habits.sniped),
    }


def _word(habits: Habits) -> str:
    match habits.approval:
        case Approval.AUTOMATIC:
            return "not asked for: bets are placed at once"
        case Approval.DELAYED:
            return f"bets are placed after {_time(habits.delay_s)}, unless a person says no"
        case Approval.BY_HAND:
            return f"every bet waits for it, {_time(habits.signal_ttl_s)} at most"


def _names(found: Iterable[str]) -> str:
    return ", ".join(sorted(found)) or "all"


def _time(seconds: float) -> str:
    for unit, length in (("h", _HOUR_S), ("min", _MINUTE_S)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:g} s"
