"""Shows on stderr how far long work has come, when a person is there to see it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def working(what: str) -> Iterator[None]:
    """For work that cannot tell how much of it is left."""
    with counting(what, None):
        yield


@contextmanager
def counting(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """For work that tells how many of its `total` parts are done, as they get done."""
    if not sys.stderr.isatty():
        yield _nothing
        return
    # Slow to import, and of no use where nobody looks.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = [TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()]
    if total is not None:
        columns.insert(2, TextColumn("{task.completed:,.0f} of {task.total:,.0f}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def _nothing(_: int) -> None:
    """Nobody looks."""
