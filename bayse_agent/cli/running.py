"""Runs a demo to its end or to Ctrl-C, and tells what came of it."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
import time
from typing import assert_never

import structlog

from bayse_agent.cli.figures import Figures, as_json, figures_of
from bayse_agent.cli.garbage import collecting_seldom
from bayse_agent.cli.view import View
from bayse_agent.cli.watching import Lines, Screen, Silent, Watcher
from bayse_agent.cli.words import summary
from bayse_agent.trading.runner import Runner
from bayse_agent.wiring.demo import Demo, open_demo
from bayse_agent.wiring.options import DemoOptions

_BY_SIGNAL = 128
"""What shells add to the number of the signal that ended a program."""


def run(options: DemoOptions, view: View) -> int:
    """Run and tell; returns the exit code."""
    _quiet_logs()
    figures, interrupted = asyncio.run(_run(options, view))
    if view is View.JSON:
        print(json.dumps(as_json(figures)))
    else:
        print(f"\n{summary(figures)}")
    return interrupted or 0


async def _run(options: DemoOptions, view: View) -> tuple[Figures, int | None]:
    begun = time.monotonic()
    async with open_demo(options) as demo:
        with _watcher(demo, view) as watcher, collecting_seldom():
            runner = Runner(demo.agent, watcher.saw)
            interruption = _Interruption(runner)
            await runner.run(demo.ends_at)
        interruption.disarm()
        return await figures_of(demo, time.monotonic() - begun), interruption.code


class _Interruption:
    """Ctrl-C, or a polite kill: the pass under way is finished, then the run ends. A second one
    ends it at once. `code` is what to exit with, None before any has come.
    """

    def __init__(self, runner: Runner) -> None:
        self.code: int | None = None
        self._runner = runner
        self._loop = asyncio.get_running_loop()
        self._before = {
            number: signal.signal(number, self._note) for number in (signal.SIGINT, signal.SIGTERM)
        }

    def _note(self, number: int, _: object) -> None:
        self.code = _BY_SIGNAL + number
        self.disarm()
        self._loop.call_soon_threadsafe(self._runner.stop)

    def disarm(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def _watcher(demo: Demo, view: View) -> Watcher:
    match view:
        case View.JSON:
            return Silent()
        case View.LINES:
            return Lines(demo)
        case View.SCREEN:
            return Screen(demo)
    assert_never(view)


def _quiet_logs() -> None:
    """Warnings and worse, to stderr."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
