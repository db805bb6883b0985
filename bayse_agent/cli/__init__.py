"""The command line: one file a family of verbs, imported only when its verb is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

import typer

from bayse_agent.cli import books, evidence
from bayse_agent.cli.asking import ask, halt, reduce, resume
from bayse_agent.cli.demo import demo
from bayse_agent.cli.exchange import exchange
from bayse_agent.cli.score import score
from bayse_agent.cli.serve import api, notify_test, openapi, serve, tokens
from bayse_agent.cli.status import status
from bayse_agent.cli.trader import run
from bayse_agent.domain.errors import BayseAgentError, ConfigurationError, InvalidValue

BAD_INPUT = 2
FAILED = 1
INTERRUPTED = 130


def build() -> typer.Typer:
    """The program with all its verbs."""
    app = typer.Typer(
        name="bayse-agent",
        help="An autonomous trading agent for the Bayse prediction market.",
        add_completion=False,
        invoke_without_command=True,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    app.command("demo")(demo)
    app.command("exchange")(exchange)
    app.command("run")(run)
    app.command("serve")(serve)
    app.command("api")(api)
    app.command("openapi")(openapi)
    app.command("notify-test")(notify_test)
    app.command("score")(score)
    for verb in (status, halt, reduce, resume, ask):
        app.command(verb.__name__)(verb)
    database, audit = books.verbs()
    app.add_typer(database, name="db")
    app.add_typer(audit, name="audit")
    app.add_typer(tokens(), name="tokens")
    app.add_typer(evidence.verbs(), name="evidence")
    return app


def _options(
    context: typer.Context,
    is_version: bool = typer.Option(False, "--version", help="Say the version and end."),
) -> None:
    if is_version:
        print(f"bayse-agent {version('bayse-agent')}")
    elif context.invoked_subcommand is None:
        print(context.get_help())


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program, by default on what the user typed. Bad input is one line on stderr and
    exit code 2.
    """
    try:
        code = typer.main.get_command(build()).main(arguments, standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except typer.TyperException as error:
        # Of a usage error the message, of any other what it says.
        message = getattr(error, "format_message", error.__str__)()
        _end(message, BAD_INPUT)
    except (ConfigurationError, InvalidValue) as error:
        _end(str(error), BAD_INPUT)
    except BayseAgentError as error:
        _end(f"{type(error).__name__}: {error}", FAILED)
    sys.exit(code if isinstance(code, int) else 0)


def _end(message: str, code: int) -> NoReturn:
    print(f"bayse-agent: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(code)
