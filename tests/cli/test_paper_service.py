"""Paper trading with its service, in one process and in two: real ones, on a served exchange."""

from __future__ import annotations

import json
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.program import run
from tests.cli.test_trader import PATIENCE_S, Place, address, end, place, wait_for

__all__ = ["address", "place"]

_PASSWORD = "kettle-of-fish-7"
_SETTINGS = {
    "AGENT_MODE": "paper",
    "BAYSE_PUBLIC_KEY": "",
    "BAYSE_PRIVATE_KEY": "",
    "APP_SECRET_KEY": "Zk3-9vQ_x7Lr2Tn8Wb5Yc1Hf6Jd4Mg0PsAeUiOq",
    "ADMIN_USERNAME": "captain",
    "ADMIN_PASSWORD": _PASSWORD,
    # One look at few markets is enough: what is tried here is the service.
    "AGENT_SCAN_INTERVAL_SECONDS": "3600",
    "AGENT_SERIES_SLUGS": "crypto-btc-1h",
    "SNIPE_SERIES_SLUGS": "crypto-btc-5min",
}


class Visitor:
    """Somebody who has logged in at an address."""

    def __init__(self, address: str) -> None:
        self.address = address
        form = f"username=captain&password={_PASSWORD}".encode()
        self._token = self._sent(urllib.request.Request(f"{address}/auth/token", data=form))

    def get(self, path: str) -> Any:
        return self._sent(self._request(path))

    def post(self, path: str, **body: object) -> Any:
        request = self._request(path)
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
        return self._sent(request)

    def _request(self, path: str) -> urllib.request.Request:
        token = self._token["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        return urllib.request.Request(f"{self.address}{path}", headers=headers)

    def _sent(self, request: urllib.request.Request) -> Any:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def _served(process: subprocess.Popen[str]) -> Visitor:
    found = re.search(r"serving at (\S+)", wait_for(process, "serving at"))
    assert found is not None
    return Visitor(found[1])


def _check_pages(visitor: Visitor) -> None:
    """What is shown is the venue's, and the books'."""
    control = visitor.get("/control")
    assert (control["state"], control["mode"]) == ("ARMED", "paper")
    assert "100000" in json.dumps(visitor.get("/money"))
    assert visitor.get("/markets?size=2")


def _check_halt(visitor: Visitor) -> None:
    """What is asked for on a page, the trader does."""
    told = visitor.post("/control/halt", reason="a test of the service")
    assert told["status"] in ("DONE", "PENDING"), told
    control = visitor.get("/control")
    patience = time.monotonic() + PATIENCE_S
    while control["state"] != "HALTED" and time.monotonic() < patience:
        control = visitor.get("/control")
    assert (control["state"], "a test of the service" in control["reason"]) == ("HALTED", True)


def test_serve_when_on_paper_then_it_trades_play_money_shows_it_and_halts(
    place: Place, address: str, started: list[subprocess.Popen[str]]
) -> None:
    started.append(place.program("serve", "--port", "0", **_SETTINGS))
    visitor = _served(started[0])
    _check_pages(visitor)
    _check_halt(visitor)
    assert run("health", "--url", visitor.address).out == "ready\n"
    code, out = end(started[0])
    assert (code, out.splitlines()[-1]) == (0, "stopped")
    gone = run("health", "--url", visitor.address)
    assert (gone.code, gone.out.split(":")[0]) == (1, "not there")
    assert (place.folder / "paper.db").is_file()
    assert (place.folder / "paper.jsonl").is_file()
    with urllib.request.urlopen(f"{address}/sim/log?after=0", timeout=PATIENCE_S) as reply:
        log = json.dumps(json.load(reply))
    assert "/v1/pm/events" in log
    assert [one for one in log.split('"method"') if "POST" in one and "/orders" in one] == []


def test_run_and_api_when_on_one_database_then_the_pages_show_and_halt_the_trader(
    place: Place, started: list[subprocess.Popen[str]]
) -> None:
    started.append(place.program("run", **_SETTINGS))
    wait_for(started[0], "ARMED")
    started.append(place.program("api", "--port", "0", **_SETTINGS))
    visitor = _served(started[1])
    _check_pages(visitor)
    _check_halt(visitor)
    code, _ = end(started[1])
    assert code == 0
    assert started[0].poll() is None, "the trader goes on without its pages"
    code, _ = end(started[0])
    assert code == 0
