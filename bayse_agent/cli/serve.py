"""`bayse-agent serve`, `api`, `openapi` and `notify-test`: the service, alone or with a trader."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bayse_agent.cli import durations
from bayse_agent.cli.place import AsJson, read_settings
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
    """Run the trader and its service in one process: a demo unless AGENT_MODE says otherwise."""
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

    The venue's secret key must not be within its reach.
    """
    from bayse_agent.cli.hosting import ServeOptions, host_pages
    from bayse_agent.wiring.service import Bind

    bind = Bind(host=host, port=port, certificate=_file(tls_cert), key=_file(tls_key))
    length = None if last is None else durations.duration(last)
    return host_pages(ServeOptions(bind=bind, env_file=env_file, length=length))


def notify_test(env_file: _EnvFile = None, is_json: AsJson = False) -> int:
    """Send a test message to every address of NOTIFY_URLS."""
    from bayse_agent.cli.keys import send_test

    return send_test(read_settings(env_file), as_json=is_json)


def openapi(
    out: Annotated[
        Path | None, typer.Argument(help="The file to write; stdout without one.")
    ] = None,
) -> int:
    """Write the description of the API, to make clients from."""
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
