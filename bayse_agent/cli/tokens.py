"""`bayse-agent tokens`: keys of scripts, and getting in again for who forgot how."""

from __future__ import annotations

from typing import Annotated

import typer

from bayse_agent.cli.offering import family, offer
from bayse_agent.cli.place import AsJson, Data, Database, EnvFile, place_of
from bayse_agent.domain.errors import InvalidValue


def verbs() -> typer.Typer:
    """The family of verbs."""
    tokens = family("Keys for scripts: create, list, revoke.")
    offer(tokens, "create", _create, "tokens create grafana --scope read --days 90")
    offer(tokens, "list", _list, "tokens list --json")
    offer(tokens, "revoke", _revoke, "tokens revoke 1a2b3c4d5e6f")
    offer(tokens, "password", _password, "tokens password admin")
    offer(tokens, "factor-off", _factor_off, "tokens factor-off admin")
    return tokens


def _create(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[str, typer.Option(help="read, operate or admin.")] = "read",
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="How long it is good.")] = None,
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Make a key and show its secret, this once."""
    from bayse_agent.cli.keys import create
    from bayse_agent.domain.access import Scope

    try:
        wanted = Scope(scope)
    except ValueError:
        raise InvalidValue(f"--scope must be read, operate or admin, not {scope!r}") from None
    return create(name, wanted, days, place_of(data, database, env_file), as_json=is_json)


def _list(
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """List the keys, revoked ones as well."""
    from bayse_agent.cli.keys import show

    return show(place_of(data, database, env_file), as_json=is_json)


def _revoke(
    token_id: Annotated[str, typer.Argument(help="Its id, as `tokens list` tells it.")],
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Revoke a key, at once."""
    from bayse_agent.cli.keys import revoke

    return revoke(token_id, place_of(data, database, env_file))


def _password(
    name: Annotated[str, typer.Argument(help="Who forgot it.")] = "admin",
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Give a person a new password, to be changed after the next login, and end all his logins."""
    from bayse_agent.cli.keys import reset_password

    return reset_password(name, place_of(data, database, env_file))


def _factor_off(
    name: Annotated[str, typer.Argument(help="Who lost it.")] = "admin",
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Switch off a second factor that was lost, and end all logins of its person."""
    from bayse_agent.cli.keys import remove_factor

    return remove_factor(name, place_of(data, database, env_file))
