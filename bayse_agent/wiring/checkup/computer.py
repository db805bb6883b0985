"""Looks at what is on this computer: directory, disk, files, time zone, port, dashboard."""

from __future__ import annotations

import shutil
import socket
import stat
import tempfile
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bayse_agent.adapters.kill_switch import FileKillSwitch
from bayse_agent.wiring.checkup.finding import Finding, failed, not_checked, ok, warning

_LEAST_FREE, _PLENTY_FREE = 100 * 2**20, 2**30
_MEGABYTE = 2**20
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OTHERS_DO_ANYTHING = stat.S_IRWXG | stat.S_IRWXO


def directory(folder: Path) -> Finding:
    """Whether books and logs can be kept in AGENT_DATA_DIR, and by nobody else changed."""
    name = "data directory"
    if not folder.exists():
        return ok(name, f"{folder} is made at the first start")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return failed(
            name,
            f"nothing can be written in {folder}: {error.strerror}",
            f"give it to whoever runs the agent: chown $USER {folder}; or set AGENT_DATA_DIR",
        )
    if folder.stat().st_mode & _OTHERS_WRITE:
        return warning(
            name, f"others may write in {folder}: even the kill file", f"chmod go-w {folder}"
        )
    return ok(name, f"{folder} can be written")


def disk(folder: Path) -> Finding:
    """Whether there is room for the books: what cannot be written down is not traded."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    free = shutil.disk_usage(there).free
    detail = f"{free // _MEGABYTE:,} MB are free at {there}"
    advice = "make room, or set AGENT_DATA_DIR to a larger disk: books that cannot grow stop it"
    if free < _LEAST_FREE:
        return failed("disk", detail, advice)
    if free < _PLENTY_FREE:
        return warning("disk", detail, advice)
    return ok("disk", detail)


def settings_file(file: Path | None, folder: Path) -> Finding:
    """Whether others can read the file with the keys: the one that is named, else `.env` there."""
    name = "settings file"
    looked_at = folder / ".env" if file is None else file
    if not looked_at.is_file():
        return not_checked(name, "there is none: settings come from the environment alone")
    mode = stat.S_IMODE(looked_at.stat().st_mode)
    if mode & _OTHERS_DO_ANYTHING:
        return warning(
            name,
            f"others may use {looked_at} (its mode is {mode:04o}), and keys may be in it",
            f"chmod 600 {looked_at}; where others were logged in, make new keys",
        )
    if file is None:
        return warning(
            name,
            f"{looked_at} is there, and was not read: no file is unless it is named",
            "say --env-file .env",
        )
    return ok(name, f"only its owner can read {looked_at}")


def kill_file(folder: Path) -> Finding:
    """Whether the kill switch is pulled."""
    switch = FileKillSwitch(folder)
    why = switch.pulled()
    if why is None:
        return ok("kill switch", f"not pulled: there is no {switch.file}")
    return warning(
        "kill switch",
        f"{why}: nothing is traded",
        'once you know why: bayse-agent resume --reason "..."',
    )


def time_zone(zone: ZoneInfo, now: datetime) -> Finding:
    """When a day of limits ends; `now` is the time of this computer."""
    here = now.astimezone(zone)
    midnight = datetime.combine(here.date() + timedelta(days=1), time(), tzinfo=zone)
    minutes = int((midnight - here).total_seconds() // 60)
    return ok(
        "time zone",
        f"it is {here:%Y-%m-%d %H:%M} in {zone}; limits of a day begin anew in "
        f"{minutes // 60} h {minutes % 60} min",
    )


def port(host: str, number: int) -> Finding:
    """Whether the service could listen there."""
    name = f"port {number}"
    try:
        socket.create_server((host, number)).close()
    except OSError as error:
        return warning(
            name,
            f"{host} port {number} cannot be listened at: {error.strerror}",
            "if that is not a service of yours which runs already: serve --port ANOTHER",
        )
    return ok(name, f"free at {host}")


def dashboard(built: Path | None) -> Finding:
    """Whether the pages are there; everything else works without them."""
    if built is None:
        return warning(
            "dashboard", "it is not built", "with Node 20 or newer: ./dev web; or install the wheel"
        )
    return ok("dashboard", "built")
