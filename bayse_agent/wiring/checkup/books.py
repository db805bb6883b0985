"""Looks into the books: can they be reached, are they of this version, sound, and copied."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bayse_agent.adapters.store.database import address_of, connect, file_of
from bayse_agent.adapters.store.failures import is_damage
from bayse_agent.adapters.store.migrate import HEAD, revision
from bayse_agent.adapters.store.store import SqlStore, read_store
from bayse_agent.domain.errors import BayseAgentError
from bayse_agent.domain.risk import Limits
from bayse_agent.settings import Settings
from bayse_agent.wiring.checkup.finding import Finding, failed, not_checked, ok, warning
from bayse_agent.wiring.trader import limits_of

COPIES = "backups"
"""Where copies are looked for, in AGENT_DATA_DIR."""
_FRESH = timedelta(days=2)
_REACH = (
    "look at DATABASE_URL, whether its server runs, and whether it may be reached from here; "
    "docs/postgresql.md"
)
_RESTORE = "stop the agent and go back to a copy: bayse-agent db restore FILE; docs/runbook.md"


async def books(settings: Settings, now: datetime) -> list[Finding]:
    """Everything about the books of the mode that is set. It changes nothing in them."""
    url = settings.database_url.get_secret_value()
    copied = copies(settings.data_dir / COPIES, now)
    try:
        file = file_of(address_of(url))
        if file is not None and not file.is_file():
            return [ok("books", f"none yet: {file} is made at the first start")]
        found = await _revision(url)
    except BayseAgentError as error:
        return [failed("books", str(error), _RESTORE if is_damage(error) else _REACH), copied]
    if found is None:
        return [ok("books", "the database can be reached, and is empty: books are made in it")]
    if found != HEAD:
        return [_another(found), copied]
    return [ok("books", f"reached, at revision {found}"), *await _within(url, settings), copied]


async def _revision(url: str) -> str | None:
    database = connect(url)
    try:
        return await database.read(revision)
    finally:
        await database.close()


def _another(found: str) -> Finding:
    detail = f"they are at revision {found}, this program is at {HEAD}"
    if found < HEAD:
        return warning(
            "books", detail, "the next start brings them up to date; or bayse-agent db upgrade"
        )
    return failed("books", detail, "they are of a newer bayse-agent: update it")


async def _within(url: str, settings: Settings) -> list[Finding]:
    try:
        store = await read_store(url)
    except BayseAgentError as error:
        return [failed("integrity", str(error), _RESTORE)]
    try:
        return [await _integrity(store), await _limits(store, settings)]
    except BayseAgentError as error:
        return [failed("integrity", str(error), _RESTORE)]
    finally:
        await store.close()


async def _integrity(store: SqlStore) -> Finding:
    verdict = await store.verify()
    found = [*await store.check(), *verdict.findings]
    if found:
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        return failed("integrity", f"{found[0]}{more}", f"halt; bayse-agent db check; {_RESTORE}")
    return ok("integrity", f"rows, ledger and a journal of {verdict.rows} rows agree")


async def _limits(store: SqlStore, settings: Settings) -> Finding:
    """The books keep limits of their own: a changed setting does not reach them."""
    version = await store.limits_version()
    if version == 0:
        return ok("limits", "the first start takes them from the settings")
    different = list(_different(await store.limits(), limits_of(settings), settings))
    if not different:
        return ok("limits", f"those of the settings, version {version}")
    return warning(
        "limits",
        f"the books' limits count (version {version}), and the settings say otherwise: "
        + "; ".join(different),
        'to change them: bayse-agent limits set NAME=VALUE --reason "..."',
    )


def _different(kept: Limits, wanted: Limits, settings: Settings) -> Iterator[str]:
    currency = settings.currency
    pairs: tuple[tuple[str, object, object], ...] = (
        ("AGENT_MAX_OPEN_POSITIONS", wanted.max_open_markets, kept.max_open_markets),
        ("AGENT_MAX_DAILY_TRADES", wanted.trades_per_day, kept.trades_per_day),
        ("AGENT_MIN_CONFIDENCE", wanted.min_confidence, kept.min_confidence),
        ("AGENT_BALANCE_RESERVE_PCT", wanted.reserve, kept.reserve),
        ("AGENT_MAX_POSITION_SIZE", wanted.max_stake[currency], kept.max_stake.get(currency)),
        ("AGENT_BALANCE_FLOOR", wanted.balance_floor[currency], kept.balance_floor.get(currency)),
        ("AGENT_CATEGORIES", wanted.categories, kept.categories),
        ("AGENT_TIMEZONE", wanted.time_zone, kept.time_zone),
    )
    for name, setting, there in pairs:
        if setting != there:
            yield f"{name} is {_words(setting)}, there {_words(there)}"


def _words(value: object) -> str:
    return (", ".join(value) or "all") if isinstance(value, tuple) else str(value)


def copies(folder: Path, now: datetime) -> Finding:
    """How old the newest copy is."""
    name, advice = "backups", f"bayse-agent db backup {folder}/$(date +%F).db, every day"
    try:
        found = [file for file in folder.iterdir() if file.is_file()] if folder.is_dir() else []
        newest = max((file.stat().st_mtime, file.name) for file in found) if found else None
    except OSError as error:
        return not_checked(name, f"{folder} cannot be looked into: {error.strerror}", advice)
    if newest is None:
        return warning(name, f"no copy of the books in {folder}", advice)
    age = now - datetime.fromtimestamp(newest[0], tz=now.tzinfo)
    detail = f"the newest, {newest[1]}, is {age.total_seconds() / 3600:.0f} hours old"
    return ok(name, detail) if age <= _FRESH else warning(name, detail, advice)
