"""`bayse-agent run` and the verbs that ask it for things: real processes, on a served exchange."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bayse_agent.adapters.kill_switch import FILE_NAME
from tests.cli.program import PROGRAM

PATIENCE_S = 60
_NOISE = re.compile("^(AGENT|AI|BAYSE|DATABASE|MOCK|PAPER|SEARCH|SNIPE|STOP)_")


class Place:
    """A served exchange with an account in it, and a directory for the agent."""

    def __init__(self, address: str, folder: Path, key: Mapping[str, str]) -> None:
        self.folder = folder
        clean = {name: value for name, value in os.environ.items() if not _NOISE.match(name)}
        self.environment = {
            **clean,
            "AGENT_MODE": "live",
            "AGENT_DATA_DIR": str(folder),
            "BAYSE_PUBLIC_KEY": key["publicKey"],
            "BAYSE_PRIVATE_KEY": key["secretKey"],
            "BAYSE_API_BASE_URL": address,
            "BAYSE_WS_BASE_URL": address.replace("http", "ws"),
            "AGENT_SCAN_INTERVAL_SECONDS": "5",
        }

    def program(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*PROGRAM, *arguments],
            env={**self.environment, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def done(self, *arguments: str, **settings: str) -> tuple[int, str]:
        """Run a program to its end; its code and what it printed."""
        process = self.program(*arguments, **settings)
        out, _ = process.communicate(timeout=PATIENCE_S)
        return process.returncode, out

    def trader(self, **settings: str) -> subprocess.Popen[str]:
        """A trader that has said its trading state."""
        live = ["--live"] if settings.get("AGENT_MODE", "live") == "live" else []
        process = self.program("run", *live, **settings)
        wait_for(process, "ARMED|REDUCING|HALTED")
        return process


def wait_for(process: subprocess.Popen[str], pattern: str) -> str:
    """Read what a program prints up to a line; fails when it ends before."""
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if re.search(pattern, line):
            return "".join(seen)
    raise AssertionError(f"it ended before {pattern!r}: {''.join(seen)}")


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Ask a program to end in peace."""
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    process = subprocess.Popen(
        [*PROGRAM, "exchange", "--port", "0", "--control", "--seed", "7"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    found = re.search(r"http://[0-9.]+:[0-9]+", wait_for(process, "http://"))
    assert found is not None
    yield found.group()
    end(process)


@pytest.fixture
def place(address: str, tmp_path: Path) -> Place:
    request = urllib.request.Request(
        f"{address}/sim/accounts", data=b'{"NGN": "100000", "USD": "1000"}', method="POST"
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as reply:
        return Place(address, tmp_path, json.load(reply))


def test_run_when_only_the_setting_says_live_then_it_does_not_start(place: Place) -> None:
    code, out = place.done("run")
    assert code == 2
    assert "say --live as well" in out


def test_run_when_only_the_command_says_live_then_it_does_not_start(place: Place) -> None:
    code, out = place.done("run", "--live", AGENT_MODE="paper")
    assert code == 2
    assert "AGENT_MODE is paper" in out


def test_run_when_the_secret_key_is_wrong_then_the_preflight_stops_it(place: Place) -> None:
    code, out = place.done("run", "--live", BAYSE_PRIVATE_KEY="sk_test_" + "0" * 32)
    assert code == 1
    assert "NOT signature" in out
    assert "not starting" in out
    assert "0" * 32 not in out


def test_run_when_live_then_it_is_checked_asked_halted_and_ends_in_peace(place: Place) -> None:
    trader = place.trader()
    code, out = place.done("halt", "--reason", "a test")
    assert (code, "HALTED" in out, "cancelled: 0" in out) == (0, True, True)
    assert (place.folder / FILE_NAME).exists()

    code, out = place.done("status")
    assert (code, "HALTED" in out, "a test" in out) == (0, True, True)
    assert "cash NGN 100,000.00" in out

    code, out = place.done("resume", "--reason", "tested")
    assert (code, "state: ARMED" in out) == (0, True)
    assert not (place.folder / FILE_NAME).exists()

    code, out = place.done("ask", "set_limits", "max_open_markets=5", "reason=more")
    assert (code, "max_open_markets: 3 -> 5" in out) == (0, True)
    code, out = place.done("ask", "set_limits", "max_open_markets=-5", "reason=more")
    assert (code, "REFUSED" in out) == (3, True)

    second, told = place.done("run", "--live", "--for", "1s")
    assert second != 0
    assert "another process" in told

    trader.send_signal(signal.SIGUSR1)
    wait_for(trader, "SIGUSR1")
    assert (place.folder / FILE_NAME).exists()
    code, out = end(trader)
    assert code == 0
    assert out.rstrip().endswith("stopped")


def test_run_when_killed_then_the_next_one_starts_at_once_and_keeps_the_halt(place: Place) -> None:
    first = place.trader()
    place.done("halt", "--reason", "before the crash")
    first.kill()
    first.communicate(timeout=PATIENCE_S)
    second = place.trader()
    code, out = place.done("resume", "--reason", "looked at it", "--state", "REDUCING")
    assert (code, "was: HALTED" in out) == (0, True)
    assert end(second)[0] == 0


def test_run_when_on_paper_then_no_key_is_needed_and_no_order_leaves(
    place: Place, address: str
) -> None:
    settings = {"AGENT_MODE": "paper", "BAYSE_PUBLIC_KEY": "", "BAYSE_PRIVATE_KEY": ""}
    trader = place.trader(**settings, AGENT_AUTO_TRADE="true")
    code, out = place.done("ask", "close_all", AGENT_MODE="paper")
    assert (code, "positions: 0" in out) == (0, True)
    code, out = place.done("scan", "--json", "--watch", "1s", **settings)
    assert (code, json.loads(out)["mode"]) == (0, "paper"), out
    assert end(trader)[0] == 0
    with urllib.request.urlopen(f"{address}/sim/log?after=0", timeout=PATIENCE_S) as reply:
        requests = json.dumps(json.load(reply)).split('"method"')
    assert len(requests) > 1
    assert [one for one in requests if "POST" in one and "orders" in one] == []
