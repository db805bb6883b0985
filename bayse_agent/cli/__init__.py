"""The command line: one file a family of verbs, imported only when its verb is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from bayse_agent.cli import books, codes, evidence, setting_up
from bayse_agent.cli.demo import demo
from bayse_agent.cli.exchange import exchange
from bayse_agent.cli.offering import PROGRAM, offer
from bayse_agent.cli.score import score
from bayse_agent.cli.serve import api, notify_test, openapi, serve, tokens
from bayse_agent.cli.status import status
from bayse_agent.cli.stopping import ask, halt, reduce, resume
from bayse_agent.cli.trader import run
from bayse_agent.cli.version import installed, version
from bayse_agent.domain.errors import BayseAgentError, ConfigurationError, InvalidValue


def build() -> typer.Typer:
    """The program with all its verbs."""
    app = typer.Typer(
        name=PROGRAM,
        help="An autonomous trading agent for the Bayse prediction market.",
        invoke_without_command=True,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    _add_running(app)
    _add_looking(app)
    _add_acting(app)
    setting_up.add(app)
    database, audit = books.verbs()
    app.add_typer(database, name="db")
    app.add_typer(audit, name="audit")
    app.add_typer(tokens(), name="tokens")
    app.add_typer(evidence.verbs(), name="evidence")
    offer(app, "notify-test", notify_test, "notify-test")
    offer(app, "version", version, "version --json")
    return app


def _add_running(app: typer.Typer) -> None:
    """Verbs that go on until they are stopped."""
    offer(app, "demo", demo, "demo --seed 7 --duration 2h", "demo --data run --json")
    offer(app, "serve", serve, "serve --port 8080", "serve --data run --speed 10")
    offer(app, "run", run, "run --for 6h", "run --live")
    offer(app, "api", api, "api --port 8080")
    offer(app, "exchange", exchange, "exchange --port 9100 --control")


def _add_looking(app: typer.Typer) -> None:
    """Verbs that look into the books, and change nothing."""
    offer(app, "status", status, "status", "status --data run --json")
    offer(app, "score", score, "score --json", "score --html score.html")
    offer(app, "openapi", openapi, "openapi web/api.json")


def _add_acting(app: typer.Typer) -> None:
    """Verbs that ask the running trader for something."""
    offer(app, "halt", halt, 'halt --reason "the news looks wrong"')
    offer(app, "reduce", reduce, 'reduce --reason "over the weekend"')
    offer(app, "resume", resume, 'resume --reason "looked at it"')
    offer(app, "ask", ask, "ask close market=MARKET", "ask transfer amount=500 reason=top-up")


def _options(
    context: typer.Context,
    is_version: Annotated[bool, typer.Option("--version", help="Say the version and end.")] = False,
) -> None:
    if is_version:
        print(f"{PROGRAM} {installed()}")
    elif context.invoked_subcommand is None:
        print(context.get_help())


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program, by default on what the user typed. Bad input is one line on stderr and
    exit code 2; `codes` has what the others mean.
    """
    try:
        program = typer.main.get_command(build())
        code = program.main(arguments, prog_name=PROGRAM, standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(codes.INTERRUPTED)
    except typer.TyperException as error:
        # Of a usage error the message, of any other what it says.
        message = getattr(error, "format_message", error.__str__)()
        _end(message, codes.BAD_INPUT)
    except (ConfigurationError, InvalidValue) as error:
        _end(str(error), codes.BAD_INPUT)
    except BayseAgentError as error:
        _end(f"{type(error).__name__}: {error}", codes.FAILED)
    sys.exit(code if isinstance(code, int) else codes.DONE)


def _end(message: str, code: int) -> NoReturn:
    print(f"{PROGRAM}: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(code)
