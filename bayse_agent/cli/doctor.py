"""`bayse-agent doctor`: whether everything works, and what to do about what does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bayse_agent.cli import codes
from bayse_agent.cli.place import AsJson, EnvFile

if TYPE_CHECKING:
    from bayse_agent.wiring.checkup.finding import Finding

_OUTCOME_WIDTH, _NAME_WIDTH = 12, 16


def doctor(
    env_file: EnvFile = None,
    is_json: AsJson = False,
    no_network: Annotated[
        bool, typer.Option("--no-network", help="Ask nobody: leave venue, model and search out.")
    ] = False,
    host: Annotated[str, typer.Option(help="Where the service would listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="At which port.")] = 8000,
) -> int:
    """Look at keys, clock, disk, books, fees, models, search and files, and say what to do.

    Nothing is bought, sold or changed. A language model and a search service that are set are
    asked one short question each. Exit code 1 when something failed.
    """
    import asyncio

    from bayse_agent.cli.printing import show_json
    from bayse_agent.wiring.checkup.examining import Examination, examine
    from bayse_agent.wiring.checkup.finding import Outcome

    found = asyncio.run(
        examine(
            Examination(
                env_file=env_file,
                folder=Path.cwd(),
                host=host,
                port=port,
                has_network=not no_network,
            )
        )
    )
    if is_json:
        show_json({"findings": found})
    else:
        _show(found)
    return codes.FAILED if any(one.outcome is Outcome.FAILED for one in found) else codes.DONE


def _show(found: Sequence[Finding]) -> None:
    from bayse_agent.cli.printing import plain

    for one in found:
        print(f"{one.outcome:<{_OUTCOME_WIDTH}} {one.name:<{_NAME_WIDTH}} {plain(one.detail)}")
        if one.advice:
            print(f"{'':<{_OUTCOME_WIDTH}} {'':<{_NAME_WIDTH}} -> {plain(one.advice)}")
    counts = Counter(one.outcome for one in found)
    print(", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())))
