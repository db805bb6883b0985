"""Takes all looks, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.api.pages import built
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.settings import Mode, Settings
from bayse_agent.settings.origins import unknown
from bayse_agent.wiring.checkup import asking, computer
from bayse_agent.wiring.checkup.books import books
from bayse_agent.wiring.checkup.finding import Finding, failed, not_checked, ok, warning
from bayse_agent.wiring.checkup.venue import keys, left_out, signing, venue

_UNREAD = "the settings cannot be used"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What to look at. `folder`: where the command was given."""

    env_file: Path | None
    folder: Path
    host: str
    port: int
    has_network: bool = True


async def examine(wanted: Examination) -> tuple[Finding, ...]:
    """Look at everything. It changes nothing, buys nothing, and shows no secret."""
    found = [
        computer.settings_file(wanted.env_file, wanted.folder),
        signing(),
        computer.dashboard(built()),
        computer.port(wanted.host, wanted.port),
    ]
    try:
        settings = Settings.read(wanted.env_file)
    except ConfigurationError as error:
        return (*_problems(error), *found, not_checked("everything else", _UNREAD))
    return (*_settings(settings, wanted.env_file), *found, *await _others(settings, wanted))


async def _others(settings: Settings, wanted: Examination) -> Sequence[Finding]:
    """What depends on the settings."""
    now = SystemClock().now()
    return (
        *keys(settings),
        computer.directory(settings.data_dir),
        computer.disk(settings.data_dir),
        computer.kill_file(settings.data_dir),
        computer.time_zone(settings.timezone, now),
        asking.notified(settings),
        *await _kept(settings),
        *await _outside(settings, wanted),
    )


async def _kept(settings: Settings) -> Sequence[Finding]:
    if settings.mode is Mode.DEMO:
        return (not_checked("books", "a demo makes its own: bayse-agent db check --data DIR"),)
    return await books(settings, SystemClock().now())


async def _outside(settings: Settings, wanted: Examination) -> Sequence[Finding]:
    if not wanted.has_network:
        why = "--no-network was said"
        return (*left_out(why), *asking.left_out(why))
    at_venue = (
        left_out("a demo has an exchange of its own")
        if settings.mode is Mode.DEMO
        else await venue(settings)
    )
    return (*at_venue, await asking.model(settings), await asking.search(settings.search))


def _problems(error: ConfigurationError) -> list[Finding]:
    """One for each setting that cannot be used."""
    head, *lines = str(error).splitlines()
    return [
        failed("settings", line.strip(), "bayse-agent config shows where it comes from")
        for line in lines or [head]
    ]


def _settings(settings: Settings, env_file: Path | None) -> list[Finding]:
    doubtful = [
        warning("settings", told, "correct it, or take it out") for told in unknown(env_file)
    ]
    return [ok("settings", f"all can be used; AGENT_MODE is {settings.mode}"), *doubtful]
