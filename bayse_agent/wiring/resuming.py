"""A demo that goes on from another time: its directory, and what may not be different now."""

from __future__ import annotations

from contextlib import AsyncExitStack, closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.journal import History
from bayse_agent.ports import Store
from bayse_agent.simulation.write_log import Origin, TapeFile, WriteLog, tape_file
from bayse_agent.wiring.options import DemoOptions

BOOKS = "books.db"
WRITES = "exchange.jsonl"


def run_folder(options: DemoOptions, stack: AsyncExitStack) -> Path:
    """The directory of a run: a passing one, a new one, or one that holds a run already."""
    if options.data is None:
        return Path(stack.enter_context(TemporaryDirectory(prefix="bayse-agent-")))
    folder = options.data
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {file.name for file in folder.iterdir()}
    except OSError as error:
        raise ConfigurationError(f"cannot use the directory {folder}: {error}") from error
    if names and WRITES not in names:
        raise ConfigurationError(
            f"the directory {folder} is not empty and holds no {WRITES}, so there is no run to "
            "go on with: name a new one"
        )
    return folder


def open_log(folder: Path) -> closing[WriteLog]:
    """The log of the exchange's writes. Raises ConfigurationError when the books do not fit it."""
    log = WriteLog(folder / WRITES)
    has_books = (folder / BOOKS).exists()
    missing = None
    if log.origin is None and has_books:
        missing = f"{folder / WRITES} is damaged in line 1: there is none, but there are books"
    elif log.order_ids and not has_books:
        missing = f"{folder / BOOKS} is missing, but {WRITES} tells of orders"
    if missing is not None:
        log.close()
        raise ConfigurationError(missing)
    return closing(log)


async def check_books(store: Store, log: WriteLog) -> None:
    unknown = await store.claimed_orders() - log.order_ids
    if unknown:
        raise ConfigurationError(
            f"the books have the order {min(unknown)}, of which {WRITES} does not tell: "
            "the two are not of one run, or the end of the file is lost"
        )


def continued(options: DemoOptions, origin: Origin) -> DemoOptions:
    """Options for a world that is there already. Raises ConfigurationError where they differ."""
    deposit = origin.deposit
    if origin.switches:
        raise ConfigurationError(f"a demo has no switches, this run has {dict(origin.switches)}")
    # A bare number is an amount in the currency that the run has.
    bankroll = options.bankroll if "currency" in options.given else options.bankroll.amount
    same = deposit if "currency" in options.given else deposit.amount
    for name, asked, there in (
        ("seed", options.seed, origin.seed),
        ("efficiency", options.efficiency, origin.efficiency),
        ("currency", options.currency.value, deposit.currency.value),
        ("bankroll", bankroll, same),
    ):
        if name in options.given and asked != there:
            raise _contradiction(options, name, there, asked)
    return replace(
        options,
        seed=origin.seed,
        efficiency=origin.efficiency,
        currency=deposit.currency,
        bankroll=deposit,
        tape=_same_tape(options, origin.tape),
    )


def _same_tape(options: DemoOptions, there: TapeFile | None) -> Path | None:
    """The tape of a world that is there already: its content counts, and not where it is."""
    if options.tape is None:
        return None if there is None else there.path
    if there is None:
        raise _contradiction(options, "tape", "none", options.tape)
    if tape_file(options.tape, there.symbol).sha256 != there.sha256:
        raise _contradiction(options, "tape", there.path, options.tape)
    return options.tape


def _contradiction(
    options: DemoOptions, name: str, there: object, asked: object
) -> ConfigurationError:
    return ConfigurationError(
        f"the run in {options.data} was begun with {name} {there}, not {asked}: leave out "
        f"--{name}, or name a new directory"
    )


def as_before(options: DemoOptions, history: History) -> DemoOptions:
    """The forecaster is no part of the world: another may take over, if the user says so."""
    if "forecaster" in options.given:
        return options
    return replace(options, forecaster=history.last.options["forecaster"])
