"""Stands between an agent and its ports: counts every call, and can end the process at one.

For proofs by crash only: nothing of the agent knows of it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from bayse_agent.trading.agent import Agent


class Moment(StrEnum):
    """Where in a call: nothing has been done yet, or all of it but nobody has heard of it."""

    BEFORE = "before"
    AFTER = "after"


Watcher = Callable[[str, int, Moment], None]
"""Told of each moment by the call's name and number (from 1). What it raises ends the call."""


@dataclass(slots=True)
class Calls:
    """The calls so far, by name, in the order in which they were begun."""

    watcher: Watcher
    names: list[str] = field(default_factory=list)

    def begin(self, name: str) -> int:
        self.names.append(name)
        self.watcher(name, len(self.names), Moment.BEFORE)
        return len(self.names)

    def end(self, name: str, number: int) -> None:
        self.watcher(name, number, Moment.AFTER)


class Interposed:
    """A port that tells of every call. Streams and plain values are passed on untold."""

    def __init__(self, inner: Any, label: str, calls: Calls) -> None:
        self._inner = inner
        self._label = label
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        found, label, calls = getattr(self._inner, name), f"{self._label}.{name}", self._calls
        if inspect.iscoroutinefunction(found):

            async def asked(*values: Any, **named: Any) -> Any:
                number = calls.begin(label)
                answer = await found(*values, **named)
                calls.end(label, number)
                return answer

            return asked
        if not inspect.ismethod(found) or inspect.isasyncgenfunction(found):
            return found

        def told(*values: Any, **named: Any) -> Any:
            number = calls.begin(label)
            answer = found(*values, **named)
            calls.end(label, number)
            return answer

        return told


def interposed(agent: Agent, calls: Calls) -> Agent:
    """The agent with all of its ports to the outside watched."""
    return replace(
        agent,
        market_data=Interposed(agent.market_data, "market_data", calls),
        venue=Interposed(agent.venue, "venue", calls),
        feed=Interposed(agent.feed, "feed", calls),
        store=Interposed(agent.store, "store", calls),
    )
