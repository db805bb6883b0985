"""`bayse-agent doctor` and `config`: what they print, and what they end with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bayse_agent.settings.catalogue import entries
from tests.cli.program import run

_CANARY = "Zq7canary"
_SECRETS = {
    "APP_SECRET_KEY": f"{_CANARY}-0123456789-abcdefghijklm-nopqrst",
    "BAYSE_PUBLIC_KEY": f"pk_live_{_CANARY}",
    "BAYSE_PRIVATE_KEY": f"sk_live_{_CANARY}",
    "TAVILY_API_KEY": f"tvly-{_CANARY}",
    "WEBHOOK_SECRET": f"{_CANARY}-0123456789-abcdefg",
    "DATABASE_URL": f"postgresql://me:{_CANARY}@127.0.0.1:9/books",
}


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for entry in entries():
        monkeypatch.delenv(entry.name, raising=False)
    monkeypatch.setenv("AGENT_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def _written(folder: Path, text: str) -> str:
    file = folder / "settings.env"
    file.write_text(text)
    file.chmod(0o600)
    return str(file)


def test_doctor_when_all_is_well_then_it_says_so_and_ends_well(tmp_path: Path) -> None:
    file = _written(tmp_path, "AGENT_MODE=paper\n")
    done = run("doctor", "--no-network", "--env-file", file, "--port", "1")
    assert (done.code, done.err) == (0, "")
    assert "ok           settings         all can be used; AGENT_MODE is paper" in done.out
    assert "not checked  venue            --no-network was said" in done.out
    assert "-> " in done.out


def test_doctor_when_something_fails_then_all_of_it_is_told_and_it_ends_badly(
    tmp_path: Path,
) -> None:
    (tmp_path / "HALT").write_text("enough\n")
    said = "".join(f"{name}={value}\n" for name, value in _SECRETS.items())
    file = _written(tmp_path, f"AGENT_MODE=live\nAGENT_MAX_POSITION=5\n{said}")
    done = run("doctor", "--no-network", "--env-file", file, "--json")
    found = {one["name"]: one for one in json.loads(done.out)["findings"]}
    assert done.code == 1
    assert found["books"]["outcome"] == "failed"
    assert found["kill switch"]["outcome"] == "warning"
    assert "AGENT_MAX_POSITION_SIZE" in found["settings"]["detail"]
    assert all(one["advice"] for one in found.values() if one["outcome"] in ("failed", "warning"))
    assert _CANARY not in done.out + done.err


def test_doctor_when_the_settings_are_bad_then_each_is_a_finding(tmp_path: Path) -> None:
    file = _written(tmp_path, "STOP_LOSS_PCT=7\nAGENT_MODE=lve\n")
    done = run("doctor", "--env-file", file)
    assert done.code == 1
    assert done.out.count("failed       settings") == 2
    assert "not checked  everything else" in done.out


def test_config_when_asked_then_what_is_set_and_where_from_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "".join(f"{name}={value}\n" for name, value in _SECRETS.items())
    file = _written(tmp_path, f"AGENT_MODE=paper\nSTOP_LOSS_PCT=0.2\n{said}")
    monkeypatch.setenv("STOP_LOSS_PCT", "0.50")
    done = run("config", "--env-file", file, "--json")
    told = json.loads(done.out)
    found = told["settings"]
    assert (done.code, told["problems"]) == (0, [])
    assert found["AGENT_MODE"] == {"value": "paper", "from": file, "secret": False}
    assert found["STOP_LOSS_PCT"] == {"value": "0.50", "from": "environment", "secret": False}
    assert found["AGENT_TIMEZONE"]["from"] == "default"
    assert {found[name]["value"] for name in _SECRETS} == {"(hidden)"}
    assert _CANARY not in done.out


def test_config_when_something_is_bad_then_it_is_shown_with_all_problems(tmp_path: Path) -> None:
    file = _written(
        tmp_path, f"STOP_LOSS_PCT=7\nAGENT_MODE=sk_live_{_CANARY}\nAGENT_MDOE=paper\nOTHER=1\n"
    )
    done = run("config", "--env-file", file)
    assert done.code == 2
    assert done.out.count("cannot be used: ") == 2
    assert "warning: AGENT_MDOE is no setting: is AGENT_MODE meant?" in done.out
    assert "warning: OTHER in " in done.out
    assert _CANARY not in done.out
    assert len(done.out.splitlines()) > 90


def test_config_when_the_file_is_not_there_then_one_line_and_bad_input(tmp_path: Path) -> None:
    done = run("config", "--env-file", str(tmp_path / "none.env"))
    assert (done.code, done.out) == (2, "")
    assert "cannot read the settings in" in done.err


def test_config_when_pages_are_made_then_they_are_those_of_a_checkout(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "configuration.md"
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "configuration.md").write_text(page.read_text())
    assert run("config", "--update", str(tmp_path)).code == 0
    assert (tmp_path / "docs" / "configuration.md").read_text() == page.read_text()
    assert (tmp_path / ".env.example").read_text() == run("config", "--example").out
    assert "| `AGENT_MODE` |" in run("config", "--markdown").out
    assert run("config", "--update", str(tmp_path / "none")).code == 2
