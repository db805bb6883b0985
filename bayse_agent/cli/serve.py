"""`bayse-agent serve`, `api`, `tokens` and `openapi`: the service and who may use it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bayse_agent.cli import durations
from bayse_agent.cli.offering import family, offer
from bayse_agent.domain.errors import InvalidValue

if TYPE_CHECKING:
    from bayse_agent.domain.signal import Approval

_EnvFile = Annotated[Path | None, typer.Option(help="Read settings from this file, too.")]
_Host = Annotated[str, typer.Option(help="Where to listen; beyond this computer only with TLS.")]
_Port = Annotated[int, typer.Option(min=0, max=65535, help="0 takes any that is free.")]
_Certificate = Annotated[Path | None, typer.Option(help="Certificate file, for TLS.")]
_Key = Annotated[Path | None, typer.Option(help="Its key.")]
_Last = Annotated[str | None, typer.Option("--for", help="Stop by itself, e.g. after 6h.")]


def serve(
    host: _Host = "127.0.0.1",
    port: _Port = 8000,
    live: Annotated[
        bool, typer.Option("--live", help="Trade real money; AGENT_MODE must say live as well.")
    ] = False,
    speed: Annotated[
        float, typer.Option(min=0.1, max=3600, help="Demo: world seconds to a second of yours.")
    ] = 60.0,
    seed: Annotated[int, typer.Option(help="Demo: which world.")] = 7,
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="Demo: the same as --approval manual.")
    ] = False,
    approval: Annotated[
        str | None, typer.Option(help="Demo: whose word a bet needs: off, manual or delay.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Demo: directory to keep the run in, and to go on from another time."),
    ] = None,
    tls_cert: _Certificate = None,
    tls_key: _Key = None,
    env_file: _EnvFile = None,
    last: _Last = None,
) -> int:
    """Run the trader and its service in one process: a demo unless AGENT_MODE says otherwise.

    For instance: serve --port 8080, or AGENT_MODE=paper APP_SECRET_KEY=... serve
    """
    from bayse_agent.cli.hosting import ServeOptions, host_all
    from bayse_agent.wiring.service import Bind

    if by_hand and approval not in (None, "manual"):
        raise InvalidValue(f"--by-hand is --approval manual, and not {approval!r}")
    return host_all(
        ServeOptions(
            bind=Bind(host=host, port=port, certificate=_file(tls_cert), key=_file(tls_key)),
            is_live=live,
            speed=speed,
            seed=seed,
            approval=_approval("manual" if by_hand and approval is None else approval),
            data=data,
            env_file=env_file,
            length=None if last is None else durations.duration(last),
        )
    )


def api(
    host: _Host = "127.0.0.1",
    port: _Port = 8000,
    tls_cert: _Certificate = None,
    tls_key: _Key = None,
    env_file: _EnvFile = None,
    last: _Last = None,
) -> int:
    """Serve the pages alone, for a trader that runs elsewhere on the same database.

    The venue's secret key must not be within its reach. For instance: api --port 8080
    """
    from bayse_agent.cli.hosting import ServeOptions, host_pages
    from bayse_agent.wiring.service import Bind

    bind = Bind(host=host, port=port, certificate=_file(tls_cert), key=_file(tls_key))
    length = None if last is None else durations.duration(last)
    return host_pages(ServeOptions(bind=bind, env_file=env_file, length=length))


def tokens() -> typer.Typer:
    """Keys of scripts."""
    app = family("Keys for scripts: create, list, revoke.")
    offer(app, "create", _create, "tokens create grafana --scope read --days 90")
    offer(app, "list", _list, "tokens list --json")
    offer(app, "revoke", _revoke, "tokens revoke 1a2b3c4d5e6f")
    offer(app, "password", _password, "tokens password admin")
    offer(app, "factor-off", _factor_off, "tokens factor-off admin")
    return app


def notify_test(env_file: _EnvFile = None) -> int:
    """Send a test message to every address of NOTIFY_URLS. For instance: notify-test"""
    from bayse_agent.cli.keys import send_test

    return send_test(env_file)


def openapi(
    out: Annotated[
        Path | None, typer.Argument(help="The file to write; stdout without one.")
    ] = None,
) -> int:
    """Write the description of the API, to make clients from. For instance: openapi web/api.json"""
    import json
    from importlib.metadata import version

    from bayse_agent.api.app import document

    text = json.dumps(document(version("bayse-agent")), indent=1, sort_keys=True) + "\n"
    if out is None:
        print(text, end="")
    else:
        out.write_text(text)
        print(f"written: {out}")
    return 0


def _create(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[str, typer.Option(help="read, operate or admin.")] = "read",
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="How long it is good.")] = None,
    env_file: _EnvFile = None,
) -> int:
    """Make a key and show its secret, this once. For instance: tokens create grafana --days 90"""
    from bayse_agent.cli.keys import create
    from bayse_agent.domain.access import Scope

    try:
        wanted = Scope(scope)
    except ValueError:
        raise InvalidValue(f"--scope must be read, operate or admin, not {scope!r}") from None
    return create(name, wanted, days, env_file)


def _list(
    is_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    env_file: _EnvFile = None,
) -> int:
    """List the keys, revoked ones as well."""
    from bayse_agent.cli.keys import show

    return show(env_file, as_json=is_json)


def _revoke(
    token_id: Annotated[str, typer.Argument(help="Its id, as `tokens list` tells it.")],
    env_file: _EnvFile = None,
) -> int:
    """Revoke a key, at once."""
    from bayse_agent.cli.keys import revoke

    return revoke(token_id, env_file)


def _password(
    name: Annotated[str, typer.Argument(help="Who forgot it.")] = "admin",
    env_file: _EnvFile = None,
) -> int:
    """Give a person a new password, to be changed after the next login, and end all his logins."""
    from bayse_agent.cli.keys import reset_password

    return reset_password(name, env_file)


def _factor_off(
    name: Annotated[str, typer.Argument(help="Who lost it.")] = "admin",
    env_file: _EnvFile = None,
) -> int:
    """Switch off a second factor that was lost, and end all logins of its person."""
    from bayse_agent.cli.keys import remove_factor

    return remove_factor(name, env_file)


def _approval(text: str | None) -> Approval | None:
    from bayse_agent.domain.signal import Approval

    if text is None:
        return None
    try:
        return Approval(text)
    except ValueError:
        names = ", ".join(Approval)
        raise InvalidValue(f"--approval must be one of {names}, not {text!r}") from None


def _file(path: Path | None) -> str | None:
    if path is not None and not path.is_file():
        raise InvalidValue(f"there is no file {str(path)!r}")
    return None if path is None else str(path)
