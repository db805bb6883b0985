"""The verbs that come before the first start, and when something does not work."""

from __future__ import annotations

import typer

from bayse_agent.cli.config import config
from bayse_agent.cli.doctor import doctor
from bayse_agent.cli.health import health
from bayse_agent.cli.init import init
from bayse_agent.cli.offering import offer


def add(app: typer.Typer) -> None:
    """Put them into the program."""
    offer(app, "init", init, "init", "init --mode paper --yes --file paper.env")
    offer(app, "config", config, "config --env-file .env", "config --json")
    offer(app, "doctor", doctor, "doctor --env-file .env", "doctor --no-network --json")
    offer(app, "health", health, "health", "health --url http://127.0.0.1:8080")
