"""The command line: one file a family of verbs, imported only when its verb is called."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Annotated, NoReturn

import typer

from bayse_agent.cli import codes
from bayse_agent.cli.garbage import loading
from bayse_agent.cli.offering import PROGRAM, offer
from bayse_agent.domain.errors import BayseAgentError, ConfigurationError, InvalidValue


def build(wanted: str | None = None) -> typer.Typer:
    """The program. With the verb that is wanted it has that one and a few others: importing and
    describing them all takes longer than most of them do.
    """
    app = typer.Typer(
        name=PROGRAM,
        help="An autonomous trading agent for the Bayse prediction market.",
        invoke_without_command=True,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    if wanted == "--help":
        return _contents(app)
    chapters = [add for names, add in CHAPTERS if wanted in names]
    for add in chapters or [add for _, add in CHAPTERS]:
        add(app)
    return app


def _contents(app: typer.Typer) -> typer.Typer:
    from bayse_agent.cli.contents import Contents

    contents = Contents(app)
    for _, add in CHAPTERS:
        add(contents)
    contents.close()
    return contents


def _add_running(app: typer.Typer) -> None:
    from bayse_agent.cli.demo import demo
    from bayse_agent.cli.exchange import exchange
    from bayse_agent.cli.serve import api, serve
    from bayse_agent.cli.trader import run

    offer(app, "demo", demo, "demo --seed 7 --duration 2h", "demo --data run --json")
    offer(app, "serve", serve, "serve --port 8080", "serve --data run --speed 10")
    offer(app, "run", run, "run --for 6h", "run --live")
    offer(app, "api", api, "api --port 8080")
    offer(app, "exchange", exchange, "exchange --port 9100 --control")


def _add_looking(app: typer.Typer) -> None:
    from bayse_agent.cli.looking import orders, positions, signals
    from bayse_agent.cli.status import status

    offer(app, "status", status, "status", "status --data run --json")
    offer(app, "positions", positions, "positions", "positions --json")
    offer(app, "orders", orders, "orders --live", "orders --status FILLED --limit 50")
    offer(app, "signals", signals, "signals --status PENDING")


def _add_reasons(app: typer.Typer) -> None:
    from bayse_agent.cli.explaining import explain
    from bayse_agent.cli.export import export
    from bayse_agent.cli.scan import scan
    from bayse_agent.cli.score import score
    from bayse_agent.cli.why import why

    offer(app, "scan", scan, "scan", "scan --data run --json")
    offer(app, "why", why, "why", 'why "BTC" --since 6h')
    offer(app, "explain", explain, "explain 1338", "explain SIGNAL --json")
    offer(app, "score", score, "score --json", "score --html score.html")
    offer(app, "export", export, "export ledger --out ledger.csv", "export decisions --out d.json")


def _add_acting(app: typer.Typer) -> None:
    from bayse_agent.cli.deciding import approve, cancel, close_all, reject
    from bayse_agent.cli.stopping import ask, halt, reduce, resume

    offer(app, "approve", approve, "approve SIGNAL", "approve SIGNAL --stake 500")
    offer(app, "reject", reject, 'reject SIGNAL --reason "the news is old"')
    offer(app, "cancel", cancel, "cancel ORDER")
    offer(app, "close-all", close_all, "close-all", "close-all --yes")
    offer(app, "halt", halt, 'halt --reason "the news looks wrong"')
    offer(app, "reduce", reduce, 'reduce --reason "over the weekend"')
    offer(app, "resume", resume, 'resume --reason "looked at it"')
    offer(app, "ask", ask, "ask close market=MARKET", "ask transfer amount=500 reason=top-up")


def _add_limits(app: typer.Typer) -> None:
    from bayse_agent.cli import limits

    app.add_typer(limits.verbs(), name="limits")


def _add_setting_up(app: typer.Typer) -> None:
    from bayse_agent.cli import setting_up

    setting_up.add(app)


def _add_keeping(app: typer.Typer) -> None:
    from bayse_agent.cli import books, evidence, tokens
    from bayse_agent.cli.serve import notify_test, openapi

    database, audit = books.verbs()
    app.add_typer(database, name="db")
    app.add_typer(audit, name="audit")
    app.add_typer(evidence.verbs(), name="evidence")
    app.add_typer(tokens.verbs(), name="tokens")
    offer(app, "notify-test", notify_test, "notify-test")
    offer(app, "openapi", openapi, "openapi web/api.json")


def _add_version(app: typer.Typer) -> None:
    from bayse_agent.cli.manual import manual
    from bayse_agent.cli.version import version

    offer(app, "manual", manual, "manual docs/commands.md")
    offer(app, "version", version, "version --json")


CHAPTERS: tuple[tuple[tuple[str, ...], Callable[[typer.Typer], None]], ...] = (
    (("demo", "serve", "run", "api", "exchange"), _add_running),
    (("status", "positions", "orders", "signals"), _add_looking),
    (("scan", "why", "explain", "score", "export"), _add_reasons),
    (("approve", "reject", "cancel", "close-all", "halt", "reduce", "resume", "ask"), _add_acting),
    (("limits",), _add_limits),
    (("init", "config", "doctor"), _add_setting_up),
    (("db", "audit", "evidence", "tokens", "notify-test", "openapi"), _add_keeping),
    (("version", "--version", "manual"), _add_version),
)
"""Verbs by name, with what puts them into the program, in the order of the help."""


def _options(
    context: typer.Context,
    is_version: Annotated[bool, typer.Option("--version", help="Say the version and end.")] = False,
) -> None:
    if is_version:
        from bayse_agent.cli.version import installed

        print(f"{PROGRAM} {installed()}")
    elif context.invoked_subcommand is None:
        print(context.get_help())


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program, by default on what the user typed. Bad input is one line on stderr and
    exit code 2; `codes` has what the others mean.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    try:
        with loading():
            program = typer.main.get_command(build(arguments[0] if arguments else None))
            code = program.main(arguments, prog_name=PROGRAM, standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(codes.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read it has seen enough, as `head` does: nothing more can be said to him.
        sys.stdout = None
        sys.exit(codes.DONE)
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
