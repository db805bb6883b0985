"""`bayse-agent init`: asks for what matters, and writes it into a `.env` file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from bayse_agent.cli import codes
from bayse_agent.domain.errors import ConfigurationError, InvalidValue

_MODES = ("demo", "paper", "live")
_MODELS = ("none", "groq", "gemini", "openai", "anthropic", "compatible")
_SECRET_BYTES = 48
_WELCOME = (
    "This writes {file}, which only you can read. Enter takes what stands in brackets; "
    "what is secret is not shown as you type."
)


def init(
    mode: Annotated[str | None, typer.Option(help="demo, paper or live; else asked.")] = None,
    yes: Annotated[
        bool,
        typer.Option("--yes", help="Ask nothing: take what the environment says, else defaults."),
    ] = False,
    file: Annotated[Path, typer.Option(help="The file to write.")] = Path(".env"),
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a file that is there; a copy is kept.")
    ] = False,
) -> int:
    """Set bayse-agent up: write a file of settings, and say what comes next.

    A file that is there is replaced only when that was said, and a copy of it is kept. No secret
    is ever shown.
    """
    from bayse_agent.settings.writing import check_together, file_text, write

    if mode is not None and mode not in _MODES:
        raise InvalidValue(f"--mode must be demo, paper or live, not {mode!r}")
    if file.exists() and not replace and not _may_replace(file, is_asked=not yes):
        print(f"{file} is left as it is")
        return codes.REFUSED
    values = _from_environment(mode) if yes else _answers(mode, file)
    values.setdefault("APP_SECRET_KEY", _new_secret())
    check_together(values)
    old = write(file, file_text(values))
    if old is not None:
        print(f"what was there is kept in {old}")
    print(f"written: {file} (only you can read it), with {', '.join(sorted(values))}")
    print(_next(values["AGENT_MODE"], file))
    return codes.DONE


def _may_replace(file: Path, *, is_asked: bool) -> bool:
    """Raises ConfigurationError where nobody can be asked."""
    if not is_asked:
        raise ConfigurationError(f"{file} is there: say --replace, or name another one by --file")
    return typer.confirm(f"{file} is there. Replace it? A copy is kept", default=False)


def _new_secret() -> str:
    import secrets

    return secrets.token_urlsafe(_SECRET_BYTES)


def _from_environment(mode: str | None) -> dict[str, str]:
    from bayse_agent.settings.origins import given

    found = {name: said.value for name, said in given(None).items()}
    if mode is not None:
        found["AGENT_MODE"] = mode
    found.setdefault("AGENT_MODE", "demo")
    return found


def _answers(mode: str | None, file: Path) -> dict[str, str]:
    """What a person says, each checked as it is typed."""
    print(_WELCOME.format(file=file))
    values: dict[str, str] = {}
    values["AGENT_MODE"] = mode or _ask("AGENT_MODE", "Mode: demo, paper or live", "demo")
    _place(values)
    if values["AGENT_MODE"] != "demo":
        _keys(values)
        _limits(values)
    _model(values)
    values["ADMIN_USERNAME"] = _ask("ADMIN_USERNAME", "Who logs in to the dashboard", "admin")
    _hidden(values, "NOTIFY_URLS", "Whom to tell of halts, such as tgram://token/chat")
    return values


def _place(values: dict[str, str]) -> None:
    currency = _ask("BAYSE_DEFAULT_CURRENCY", "Currency: NGN or USD", "NGN")
    values["BAYSE_DEFAULT_CURRENCY"] = currency.upper()
    values["AGENT_DATA_DIR"] = _ask("AGENT_DATA_DIR", "Where to keep books", "~/.bayse-agent")


def _keys(values: dict[str, str]) -> None:
    """Live needs both; paper has a use for the public one alone."""
    is_live = values["AGENT_MODE"] == "live"
    _hidden(values, "BAYSE_PUBLIC_KEY", "Public key of the venue (pk_...)", is_needed=is_live)
    if is_live:
        _hidden(values, "BAYSE_PRIVATE_KEY", "Secret key of the venue (sk_...)", is_needed=True)


def _limits(values: dict[str, str]) -> None:
    most = "5000" if values["BAYSE_DEFAULT_CURRENCY"] == "NGN" else "50"
    currency = values["BAYSE_DEFAULT_CURRENCY"]
    values["AGENT_MAX_POSITION_SIZE"] = _ask(
        "AGENT_MAX_POSITION_SIZE", f"Largest stake of one bet, in {currency}", most
    )
    values["AGENT_MAX_OPEN_POSITIONS"] = _ask(
        "AGENT_MAX_OPEN_POSITIONS", "Markets held at a time", "3"
    )
    values["AGENT_MAX_DAILY_TRADES"] = _ask("AGENT_MAX_DAILY_TRADES", "Bets in a day", "50")


def _model(values: dict[str, str]) -> None:
    name = _until(
        f"Language model, for events that are no price windows: {', '.join(_MODELS)}",
        "none",
        lambda said: None if said in _MODELS else f"one of {', '.join(_MODELS)}",
    )
    if name == "none":
        return
    values["AI_PROVIDER"] = name
    if name == "compatible":
        values["AI_BASE_URL"] = _ask("AI_BASE_URL", "Its address", "http://localhost:11434/v1")
        values["AI_MODEL"] = _ask("AI_MODEL", "Its model", "llama3.3")
        _hidden(values, "AI_API_KEY", "Its key")
    else:
        _hidden(values, f"{name.upper()}_API_KEY", f"Key for {name}", is_needed=True)
    values["AI_DAILY_CAP_USD"] = _ask("AI_DAILY_CAP_USD", "Most that it may cost a day, USD", "1")
    _hidden(values, "TAVILY_API_KEY", "Key for Tavily, to search the news (feeds need none)")


def _ask(name: str, text: str, default: str) -> str:
    from bayse_agent.settings.writing import problem_of

    return _until(text, default, lambda said: problem_of(name, said))


def _until(text: str, default: str, problem: Callable[[str], str | None]) -> str:
    """Ask until the answer can be used."""
    while True:
        said = str(typer.prompt(text, default=default)).strip()
        if (why := problem(said)) is None:
            return said
        print(f"  {why}")


def _hidden(values: dict[str, str], name: str, text: str, *, is_needed: bool = False) -> None:
    """Ask for a secret, which nothing that is typed here shows."""
    from bayse_agent.settings.writing import problem_of

    hint = "" if is_needed else " (Enter for none)"
    while True:
        said = typer.prompt(f"{text}{hint}", default="", hide_input=True, show_default=False)
        said = str(said).strip()
        if not said and not is_needed:
            return
        why = f"{name} is needed" if not said else problem_of(name, said)
        if why is None:
            values[name] = said
            return
        print(f"  {why}")


def _next(mode: str, file: Path) -> str:
    """What to do now."""
    ahead: Mapping[str, tuple[str, ...]] = {
        "demo": (f"bayse-agent serve --env-file {file}       # the demo with its dashboard",),
        "paper": (
            f"bayse-agent doctor --env-file {file}      # whether everything works",
            f"bayse-agent serve --env-file {file}       # trader and dashboard, play money",
        ),
        "live": (
            f"bayse-agent doctor --env-file {file}      # whether everything works",
            f"bayse-agent serve --live --env-file {file}   # real money; read going-live.md first",
        ),
    }
    return "\n".join(("next:", *(f"  {line}" for line in ahead[mode])))
