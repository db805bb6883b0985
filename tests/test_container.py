"""What the container files say is so: files, commands, settings, user, ports, no secrets."""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from bayse_agent.cli import build
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.settings import Settings
from bayse_agent.settings.catalogue import entries
from bayse_agent.wiring.service import Bind, check_bind

_ROOT = Path(__file__).parents[1]
_NAMES = {entry.name for entry in entries()}
_SECRET_WORDS = ("PASSWORD", "SECRET", "TOKEN", "KEY")


@dataclass(frozen=True)
class Step:
    """One instruction, with its lines put together; `stage` is the number of its FROM."""

    stage: int
    word: str
    rest: str


def _steps() -> Iterator[Step]:
    text = (_ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    stage = -1
    for line in lines:
        word, _, rest = line.strip().partition(" ")
        stage += word == "FROM"
        yield Step(stage, word, rest.strip())


_STEPS = tuple(_steps())
_LAST = max(step.stage for step in _STEPS)
_COMPOSE: dict[str, Any] = yaml.safe_load((_ROOT / "compose.yaml").read_text())
_AGENT = _COMPOSE["services"]["agent"]


def _of(word: str, stage: int | None = None) -> list[str]:
    return [
        step.rest for step in _STEPS if step.word == word and (stage is None or step.stage == stage)
    ]


def _ignored(path: str) -> bool:
    """Whether a path is kept out of the build, by the last line that speaks of it."""
    lines = (_ROOT / ".dockerignore").read_text().splitlines()
    out = False
    for line in (one for one in lines if one and not one.startswith("#")):
        pattern = line.removeprefix("!")
        parts = path.split("/")
        prefixes = ["/".join(parts[: number + 1]) for number in range(len(parts))]
        plain = pattern.removeprefix("**/")
        is_named = any(fnmatch.fnmatchcase(one, pattern) for one in prefixes) or (
            plain != pattern and any(fnmatch.fnmatchcase(part, plain) for part in parts)
        )
        if is_named:
            out = not line.startswith("!")
    return out


def _sources() -> list[str]:
    """What is copied from the checkout, not from another stage."""
    copied = [shlex.split(rest) for rest in _of("COPY")]
    return [one for words in copied if not words[0].startswith("--from") for one in words[:-1]]


def test_sources_when_copied_then_they_are_there_and_not_left_out() -> None:
    assert len(_sources()) > 8
    for source in _sources():
        assert (_ROOT / source).exists(), source
        assert not _ignored(source.rstrip("/")), source


@pytest.mark.parametrize(
    "path",
    [
        *(".env", "live.env", "postgres.env", ".git/config", "tests/conftest.py", "docs/api.md"),
        *("bayse_agent/.env", "bayse_agent/web/index.html", "web/node_modules/x/index.js"),
        *("bayse_agent/__pycache__/x.pyc", "requirements-dev.lock", "data/paper.db", "bench/x.py"),
    ],
)
def test_build_when_it_is_given_its_files_then_these_are_not_among_them(path: str) -> None:
    assert _ignored(path)


def test_bases_when_named_then_each_has_a_tag_of_its_own() -> None:
    said = dict(rest.split("=", 1) for rest in _of("ARG"))
    for base in _of("FROM"):
        image = re.sub(r"\$\{(\w+)}", lambda found: said[found[1]], base.split(" AS ")[0])
        assert re.fullmatch(r"(node|python):\d+\.\d+\.\d+-[a-z-]+", image), image
    for service in _COMPOSE["services"].values():
        if "build" not in service:
            assert re.fullmatch(r"\w+:\d+\.\d+-[a-z]+", service["image"])


def test_image_when_it_runs_then_as_nobody_of_importance_and_without_build_tools() -> None:
    assert _of("USER", _LAST) == ["10001"]
    last_run = [step.word for step in _STEPS if step.stage == _LAST]
    assert last_run.index("USER") > last_run.index("RUN")
    [run] = _of("RUN", _LAST)
    assert "pip uninstall" in run
    assert "install --require-hashes" not in run
    assert not _of("ADD")


def test_packages_when_installed_then_only_with_the_hashes_of_the_lock_files() -> None:
    installs = [
        part
        for run in _of("RUN")
        for part in run.split("&&")
        if "pip" in part and " install " in part
    ]
    assert len(installs) == 3
    for install in installs:
        assert "--require-hashes" in install or "--no-index" in install
    for name in ("requirements.lock", "requirements-build.lock"):
        entries_of = re.split(r"\n(?=\S)", (_ROOT / name).read_text().strip())
        assert all("--hash=sha256:" in entry for entry in entries_of), name


def test_build_lock_when_compared_with_the_project_then_it_has_its_build_system() -> None:
    text = (_ROOT / "pyproject.toml").read_text()
    [wanted] = re.findall(r'requires = \["(\w+)>=', text)
    assert f"\n{wanted}==" in "\n" + (_ROOT / "requirements-build.lock").read_text()


def _calls() -> list[list[str]]:
    """Every way in which a container calls the program."""
    [entry], [default] = _of("ENTRYPOINT", _LAST), _of("CMD", _LAST)
    assert json.loads(entry) == ["bayse-agent"]
    [check] = [rest.split("CMD ", 1)[1] for rest in _of("HEALTHCHECK", _LAST)]
    tests = [json.loads(check), _AGENT["healthcheck"]["test"][1:]]
    assert all(words[0] == "bayse-agent" for words in tests)
    return [json.loads(default), _AGENT["command"], *(words[1:] for words in tests)]


@pytest.mark.parametrize("words", _calls(), ids=" ".join)
def test_command_when_a_container_gives_it_then_the_program_has_it(words: list[str]) -> None:
    program = typer.main.get_command(build(words[0]))
    verb = program.commands[words[0]]  # type: ignore[attr-defined]
    assert verb.make_context(words[0], list(words[1:])).params


def test_settings_when_set_by_a_container_then_they_are_known_and_none_is_secret() -> None:
    said = set(_AGENT["environment"])
    assert said <= _NAMES
    image = {word.split("=")[0] for rest in _of("ENV") for word in shlex.split(rest)}
    assert "APP_ENCLOSED_NETWORK" not in image, "only whoever publishes the port knows"
    for name in (*said, *image, *_of("ARG"), *_COMPOSE["services"]["postgres"]["environment"]):
        assert not any(word in name for word in _SECRET_WORDS), name


def test_compose_when_read_then_ports_are_of_this_computer_and_nothing_can_be_changed() -> None:
    for service in _COMPOSE["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        volumes = [one.split(":")[0] for one in service["volumes"]]
        assert set(volumes) <= set(_COMPOSE["volumes"])
        assert "no-new-privileges:true" in service["security_opt"]
        assert service["healthcheck"]["test"][0] == "CMD"
    assert (_AGENT["read_only"], _AGENT["cap_drop"]) == (True, ["ALL"])
    assert "profiles" not in _AGENT
    assert _COMPOSE["services"]["postgres"]["profiles"] == ["postgres"]


def test_compose_when_secrets_are_needed_then_from_files_that_are_never_committed() -> None:
    ignored = (_ROOT / ".gitignore").read_text().splitlines()
    for service in _COMPOSE["services"].values():
        for file in service["env_file"]:
            assert file["path"] in ignored
            assert file["required"] is False


def test_bind_when_a_container_is_open_then_only_when_its_port_is_said_to_be_enclosed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in _NAMES:
        monkeypatch.delenv(name, raising=False)
    bind = Bind(host="0.0.0.0", port=8000)
    with pytest.raises(ConfigurationError, match="APP_ENCLOSED_NETWORK"):
        check_bind(bind, Settings.read())
    monkeypatch.setenv("APP_ENCLOSED_NETWORK", _AGENT["environment"]["APP_ENCLOSED_NETWORK"])
    settings = Settings.read()
    check_bind(bind, settings)
    assert settings.trusts_proxy is False
