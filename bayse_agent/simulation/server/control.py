"""The hand of the experimenter: accounts, time, resolutions, faults and the oracle's log.

Not part of the venue. Only there with `--control`, and only for callers from this machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.money import Currency, Money
from bayse_agent.simulation.faults import parse_faults
from bayse_agent.simulation.server.amounts import time_text
from bayse_agent.simulation.server.call import Call
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.server.encoding import Json
from bayse_agent.simulation.server.problem import bad_request

LONGEST_SKIP_S = 7 * 24 * 3600
LOG_PAGE = 1000


def open_account(desk: Desk, call: Call) -> Json:
    """A new account with the deposits of the body, e.g. {"NGN": "100000"}."""
    fields = call.fields()
    if unknown := sorted(fields.names() - set(Currency)):
        raise bad_request(f"{', '.join(unknown)}: deposits are in {' and '.join(Currency)}")
    deposits = [
        Money(fields.decimal_text(currency), currency)
        for currency in Currency
        if fields.has(currency)
    ]
    key = desk.open_account([money for money in deposits if money.amount])
    return {
        "publicKey": key.public,
        "secretKey": key.secret,
        "userId": key.user.id,
        "email": key.user.email,
        "password": key.user.password,
        "tag": key.user.tag,
    }


def advance(desk: Desk, call: Call) -> Json:
    """Move world time on, over and above its pace."""
    seconds = call.fields().number("seconds")
    if not 0 <= seconds <= LONGEST_SKIP_S:
        raise bad_request(f"seconds must be between 0 and {LONGEST_SKIP_S}")
    desk.skip(int(seconds * 1000))
    desk.hub.flush()
    desk.hub.push_assets()
    return clock(desk, call)


def clock(desk: Desk, call: Call) -> Json:
    wall_ms = int(desk.wall.now().timestamp() * 1000)
    world_ms = desk.exchange.now_ms
    return {
        "worldMs": world_ms,
        "world": time_text(world_ms),
        "wallMs": wall_ms,
        "speed": desk.pace.speed,
    }


def resolve(desk: Desk, call: Call) -> Json:
    """Announce the winner of a market now, or void it."""
    fields = call.fields()
    market = desk.exchange.market(fields.text("marketId"))
    winner = fields.text("winner")
    if winner == "void":
        desk.exchange.void(market)
    elif winner in market.outcome_ids:
        desk.exchange.resolve(market, market.outcome_ids.index(winner))
    else:
        raise bad_request("winner must be an outcome id of the market, or void")
    desk.hub.flush()
    return {"marketId": market.id, "status": market.status}


def set_faults(desk: Desk, call: Call) -> Json:
    """Replace the plan; its counts begin anew."""
    try:
        desk.faults = parse_faults(as_plain(call.json()))
    except ConfigurationError as error:
        raise bad_request(str(error)) from error
    return show_faults(desk, call)


def as_plain(value: Json) -> object:
    """JSON as plain Python: numbers with a fraction as float, which chances are."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [as_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: as_plain(item) for name, item in value.items()}
    return value


def show_faults(desk: Desk, call: Call) -> Json:
    return {
        "faults": [
            {
                "route": count.fault.route,
                "kind": count.fault.kind,
                "seen": count.seen,
                "fired": count.fired,
            }
            for count in desk.faults.counts
        ]
    }


def show_log(desk: Desk, call: Call) -> Json:
    """The entries after number `after`, at most a thousand; ask again until there are none."""
    after = call.query.text("after") or "0"
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise bad_request("after must be a whole number")
    entries = desk.log.after(int(after))[:LOG_PAGE]
    return {"entries": [entry.as_json() for entry in entries]}


Control = Callable[[Desk, Call], Json]
CONTROLS: Mapping[str, Control] = {
    "POST /sim/accounts": open_account,
    "POST /sim/advance": advance,
    "GET /sim/clock": clock,
    "POST /sim/resolve": resolve,
    "POST /sim/faults": set_faults,
    "GET /sim/faults": show_faults,
    "GET /sim/log": show_log,
}
