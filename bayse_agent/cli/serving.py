"""Serves a local exchange until it is interrupted, and tells how to use it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Any

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.money import Currency, Money
from bayse_agent.simulation.exchange.switches import Switches
from bayse_agent.simulation.exchange.units import to_ms
from bayse_agent.simulation.faults import FaultPlan, parse_faults
from bayse_agent.simulation.server.accounts import ApiKey
from bayse_agent.simulation.server.amounts import time_text
from bayse_agent.simulation.server.app import create_app
from bayse_agent.simulation.server.control import CONTROLS
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.server.encoding import number_text
from bayse_agent.simulation.server.serving import create_server
from bayse_agent.simulation.tape import read_tape
from bayse_agent.simulation.world import World

FIRST_DEPOSITS = (Money(Decimal(1_000_000), Currency.NGN), Money(Decimal(10_000), Currency.USD))
FASTEST = 3600
LAST_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """What was asked for on the command line. `start` None is now; `switches` are name=value."""

    host: str
    port: int
    seed: int
    speed: float
    start: str | None
    tape: Path | None
    faults: Path | None
    efficiency: float
    has_control: bool
    switches: tuple[str, ...]


def serve(options: ServeOptions) -> int:
    """Serve to the end; returns the exit code. Raises ConfigurationError for what cannot be."""
    clock = SystemClock()
    speed = _speed(options.speed)
    plan = FaultPlan() if options.faults is None else _read_faults(options.faults)
    world = World(
        seed=options.seed,
        start_ms=to_ms(clock.now() if options.start is None else _moment(options.start)),
        switches=parse_switches(options.switches),
        efficiency=options.efficiency,
        tape=None if options.tape is None else read_tape(options.tape),
    )
    desk = Desk(world, clock, seed=options.seed, speed=speed)
    desk.faults = plan
    with _listen(options.host, options.port) as listener:
        asyncio.run(_serve(desk, listener, has_control=options.has_control))
    return 0


async def _serve(desk: Desk, listener: socket.socket, *, has_control: bool) -> None:
    """Serve until the process is told to stop."""
    host, port = listener.getsockname()[:2]
    app = create_app(desk, controls=CONTROLS if has_control else None)
    server = create_server(app, host=host, port=port)
    key = None if has_control else desk.open_account(FIRST_DEPOSITS)
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve([listener]))
        await server.ready.wait()
        print(_welcome(desk, f"{host}:{port}", key), flush=True)
    print("exchange: stopped")


def _welcome(desk: Desk, address: str, key: ApiKey | None) -> str:
    speed = number_text(desk.pace.speed)
    lines = [
        "A local exchange that speaks like Bayse. Nothing here is real money.",
        f"  REST        http://{address}   (try: curl http://{address}/v1/pm/events)",
        f"  websockets  ws://{address}/ws/v1/markets, /ws/v1/user, /ws/v1/realtime",
        f"  world time  {time_text(desk.exchange.now_ms)}, {speed} x the wall clock",
    ]
    if key is None:
        body = """-d '{"NGN": "100000", "USD": "1000"}'"""
        lines.append(f"  a key       curl -X POST http://{address}/sim/accounts {body}")
        lines.append("  also        /sim/clock /sim/advance /sim/resolve /sim/faults /sim/log")
    else:
        deposits = ", ".join(str(money) for money in FIRST_DEPOSITS)
        lines.append(f"  public key  {key.public}")
        lines.append(f"  secret key  {key.secret}")
        lines.append(f"  user id     {key.user.id}   ({deposits})")
        lines.append(f"  login       {key.user.email} / {key.user.password}")
    lines.append("Ctrl-C stops it.")
    return "\n".join(lines)


def parse_switches(pairs: Sequence[str]) -> Switches:
    """Switches from name=value texts. Raises ConfigurationError that names what is possible."""
    switches = Switches()
    known = {name: getattr(switches, name) for name in Switches.__dataclass_fields__}
    for pair in pairs:
        name, _, text = pair.partition("=")
        if name not in known:
            raise ConfigurationError(f"no switch {name!r}; there are {', '.join(known)}")
        switches = replace(switches, **{name: _value(name, known[name], text)})
    return switches


def _value(name: str, default: object, text: str) -> Any:
    """A value of the kind that a switch has."""
    if isinstance(default, StrEnum):
        kind = type(default)
        if text in set(kind):
            return kind(text)
        raise ConfigurationError(f"switch {name!r} takes {', '.join(kind)}, not {text!r}")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ConfigurationError(f"switch {name!r} takes a number, not {text!r}") from error
    if not number.is_finite() or not 0 <= number <= 1 or (name == "tick" and not number):
        raise ConfigurationError(f"switch {name!r} takes a number from 0 to 1, not {text!r}")
    return number


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"not a time in ISO 8601: {text!r}") from error
    if moment.tzinfo is None:
        raise ConfigurationError(f"a time needs a zone, such as {text}Z")
    return moment


def _speed(value: float) -> Decimal:
    if not 0 <= value <= FASTEST:
        raise ConfigurationError(f"speed must be between 0 and {FASTEST}, not {value}")
    return Decimal(str(value)).normalize()


def _read_faults(path: Path) -> FaultPlan:
    try:
        return parse_faults(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is not JSON: {error}") from error


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= LAST_PORT:
        raise ConfigurationError(f"a port is between 0 and {LAST_PORT}, not {port}")
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise ConfigurationError(f"cannot listen on {host}:{port}: {error.strerror}") from error
