"""`bayse-agent exchange`: its options, and one real run."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bayse_agent.cli.exchange import exchange
from bayse_agent.cli.serving import parse_switches
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.simulation.exchange.switches import Casing, SellUnit, Switches


def test_switches_are_read_by_name() -> None:
    switches = parse_switches(["sell_unit=cash", "casing=live", "fee_floor=0.3"])
    assert switches == Switches(
        sell_unit=SellUnit.CASH, casing=Casing.LIVE, fee_floor=Decimal("0.3")
    )


@pytest.mark.parametrize("name", list(Switches.__dataclass_fields__))
def test_every_switch_can_be_set_to_what_it_is(name: str) -> None:
    assert parse_switches([f"{name}={getattr(Switches(), name)}"]) == Switches()


@pytest.mark.parametrize(
    ("pair", "complaint"),
    [
        ("colour=red", "no switch 'colour'; there are sell_unit"),
        ("sell_unit=stones", "takes shares, cash, not 'stones'"),
        ("sell_unit", "takes shares, cash, not ''"),
        ("tick=big", "takes a number, not 'big'"),
        ("tick=nan", "takes a number from 0 to 1"),
        ("tick=0", "takes a number from 0 to 1"),
        ("dust=2", "takes a number from 0 to 1, not '2'"),
    ],
)
def test_a_wrong_switch_is_refused_with_what_is_possible(pair: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(complaint)):
        parse_switches([pair])


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"switch": ["colour=red"]}, "no switch 'colour'"),
        ({"speed": -1.0}, "speed must be between"),
        ({"speed": float("nan")}, "speed must be between"),
        ({"start": "yesterday"}, "not a time"),
        ({"start": "2026-06-01T09:00:00"}, "needs a zone"),
        ({"faults": Path("nowhere.json")}, "cannot read nowhere.json"),
        ({"tape": Path("nowhere.csv")}, "cannot read the tape"),
        ({"efficiency": 2.0}, "efficiency"),
        ({"host": "256.0.0.1"}, "cannot listen"),
    ],
)
def test_what_cannot_be_is_refused_by_name(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        exchange(port=0, **options)


def test_a_wrong_fault_file_is_refused_by_its_entry(tmp_path: Path) -> None:
    plan = tmp_path / "faults.json"
    plan.write_text(json.dumps([{"route": "GET *", "kind": "explode", "nth": 1}]))
    with pytest.raises(ConfigurationError, match="fault 1 has no known kind"):
        exchange(port=0, faults=plan)


def test_a_fault_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    plan = tmp_path / "faults.json"
    plan.write_text("{")
    with pytest.raises(ConfigurationError, match="is not JSON"):
        exchange(port=0, faults=plan)


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_that_cannot_be_is_refused(port: int) -> None:
    with pytest.raises(ConfigurationError, match="a port is between"):
        exchange(port=port)


def test_a_port_that_is_taken_is_refused() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ConfigurationError, match="cannot listen"),
    ):
        exchange(port=taken.getsockname()[1])


RUN = "import typer; from bayse_agent.cli.exchange import exchange; typer.run(exchange)"


def test_it_serves_with_a_key_until_it_is_interrupted() -> None:
    command = [sys.executable, "-c", RUN, "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        said = "".join(iter(running.stdout.readline, "Ctrl-C stops it.\n"))
        [address] = re.findall(r"REST +(http://127\.0\.0\.1:\d+)", said)
        [key] = re.findall(r"public key +(pk_live_\w+)", said)
        request = urllib.request.Request(
            f"{address}/v1/wallet/assets", headers={"X-Public-Key": key}
        )
        with urllib.request.urlopen(request, timeout=10) as reply:
            assert json.load(reply)["assets"][0]["availableBalance"] == 1_000_000
        running.send_signal(signal.SIGINT)
        rest, errors = running.communicate(timeout=20)
    assert (running.returncode, rest, errors) == (0, "exchange: stopped\n", "")
    assert "/sim/accounts" not in said
