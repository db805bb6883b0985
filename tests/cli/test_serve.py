"""The service from the command line: who may be let in, where it may listen, and that it serves."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from bayse_agent.adapters.store.reading.opening import open_access
from bayse_agent.cli import main

_KEY = "pk_live_public", "sk_live_geheim"
_SECRET = "Zk3-9vQ_x7Lr2Tn8Wb5Yc1Hf6Jd4Mg0PsAeUiOq"


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in ("AGENT_MODE", "APP_SECRET_KEY", "BAYSE_PRIVATE_KEY", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AGENT_DATA_DIR", str(tmp_path / "data"))
    yield
    structlog.reset_defaults()


def _run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert isinstance(caught.value.code, int)
    return caught.value.code


def test_serve_when_it_would_be_open_to_the_network_without_tls_then_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _run("serve", "--host", "0.0.0.0") == 2
    assert "TLS" in capsys.readouterr().err


@pytest.mark.parametrize("secret", [None, "change_me", "a" * 64])
def test_serve_when_the_secret_is_missing_or_weak_outside_a_demo_then_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], secret: str | None
) -> None:
    monkeypatch.setenv("AGENT_MODE", "paper")
    if secret is not None:
        monkeypatch.setenv("APP_SECRET_KEY", secret)
    assert _run("api", "--port", "0", "--for", "1s") == 2
    told = capsys.readouterr().err
    assert "APP_SECRET_KEY" in told
    assert secret is None or secret not in told


def test_api_when_the_secret_key_of_the_venue_is_within_reach_then_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AGENT_MODE", "paper")
    monkeypatch.setenv("APP_SECRET_KEY", _SECRET)
    monkeypatch.setenv("BAYSE_PUBLIC_KEY", _KEY[0])
    monkeypatch.setenv("BAYSE_PRIVATE_KEY", _KEY[1])
    assert _run("api", "--port", "0") == 2
    told = capsys.readouterr().err
    assert "BAYSE_PRIVATE_KEY is set" in told
    assert "geheim" not in told


def test_api_when_alone_then_it_serves_and_stops(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AGENT_MODE", "paper")
    monkeypatch.setenv("APP_SECRET_KEY", _SECRET)
    assert _run("api", "--port", "0", "--for", "1s") == 0
    told = capsys.readouterr().out
    assert "serving at http://127.0.0.1:" in told
    assert "log in as admin" in told
    assert "stopped" in told


def test_tokens_when_made_listed_and_revoked_then_the_secret_is_shown_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _run("tokens", "create", "grafana", "--scope", "operate", "--days", "90") == 0
    secret = capsys.readouterr().out.splitlines()[-1]
    assert secret.startswith("bay_")
    assert _run("tokens", "list", "--json") == 0
    text = capsys.readouterr().out
    (token,) = json.loads(text)
    assert (token["name"], token["scope"], token["revoked_at"]) == ("grafana", "operate", None)
    assert secret not in text
    assert _run("tokens", "revoke", token["id"]) == 0
    assert _run("tokens", "revoke", token["id"]) == 1
    assert _run("tokens", "create", "x", "--scope", "owner") == 2


def test_openapi_when_written_then_it_has_every_route(tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    assert _run("openapi", str(file)) == 0
    document = json.loads(file.read_text())
    assert "/agent/signals" in document["paths"]
    assert document["paths"]["/control/resume"]["post"]["x-steps-up"] is True


def test_notify_test_when_nobody_is_to_be_told_then_said_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _run("notify-test") == 1
    assert "NOTIFY_URLS is not set" in capsys.readouterr().out


def test_serve_when_a_demo_then_it_can_be_logged_into_with_the_printed_password(
    tmp_path: Path,
) -> None:
    program = [sys.executable, "-c", "from bayse_agent.cli import main; main()"]
    served = subprocess.Popen(
        [*program, "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "AGENT_DATA_DIR": str(tmp_path)},
    )
    assert served.stdout is not None
    password = address = ""
    try:
        for line in served.stdout:
            if found := re.search(r"shown once: (\S+)", line):
                password = found[1]
            if found := re.search(r"serving at (\S+)", line):
                address = found[1]
                break
        form = f"username=admin&password={password}".encode()
        with urllib.request.urlopen(f"{address}/auth/token", data=form, timeout=20) as answer:
            token = json.load(answer)["access_token"]
        request = urllib.request.Request(
            f"{address}/control", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            control = json.load(answer)
        assert (control["state"], control["mode"]) == ("ARMED", "demo")
    finally:
        served.send_signal(signal.SIGTERM)
        rest, _ = served.communicate(timeout=30)
    assert served.returncode == 0
    assert rest.splitlines()[-1] == "stopped"


def test_second_factor_when_it_was_lost_then_switched_off_on_the_machine_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    books = f"sqlite:///{tmp_path}/data/books.db"

    async def begin() -> None:
        access = await open_access(books)
        now = datetime.now(tz=UTC)
        await access.set_password("admin", "hash", must_change=False, at=now)
        assert await access.factors.begin("admin", "seed", now)
        await access.close()

    monkeypatch.setenv("DATABASE_URL", books)
    assert _run("tokens", "factor-off", "admin") == 1
    asyncio.run(begin())
    assert _run("tokens", "factor-off", "admin") == 0
    assert "password alone" in capsys.readouterr().out
    assert _run("tokens", "factor-off", "admin") == 1


def test_server_when_a_proxy_tells_addresses_then_they_are_for_the_gate_alone_to_judge() -> None:
    from bayse_agent.cli.hosting import Server
    from bayse_agent.wiring.service import Bind

    async def nothing(*_: object) -> None:
        """An application."""

    config = Server(nothing, Bind(host="127.0.0.1", port=0)).config
    assert (config.proxy_headers, config.server_header) == (False, False)
