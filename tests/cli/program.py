"""The program, run in this process: as good as its own, and much quicker."""

from __future__ import annotations

import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO

import pytest

from bayse_agent.cli import main

PROGRAM = [sys.executable, "-c", "from bayse_agent.cli import main; main()"]
"""How to start it in a process of its own."""


@dataclass(frozen=True)
class Done:
    """What a run of the program left behind."""

    code: object
    out: str
    err: str


def run(*arguments: str) -> Done:
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(arguments)
    return Done(ended.value.code, out.getvalue(), err.getvalue())
